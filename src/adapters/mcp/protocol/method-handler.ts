import type { McpCall } from '../call/mcp-call.ts';

/** Handles one request. The result has a form that every protocol version understands. */
export type MethodHandler = (params: MethodParams, call: McpCall) => object | Promise<object>;

export interface MethodParams {
  readonly name?: string;
  readonly cursor?: string | undefined;
  readonly uri?: string;
  readonly taskId?: string;
  readonly inputResponses?: { readonly [key: string]: unknown };
}
