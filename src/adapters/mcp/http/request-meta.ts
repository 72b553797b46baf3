import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import type { McpCall } from '../call/mcp-call.ts';
import { TASKS_EXTENSION } from '../tools/task.ts';
import type { HttpRequestInfo } from './http-request-info.ts';

/** What a request of the stateless version says about itself in `params._meta`. Anything may be in it. */
export interface RequestMeta {
  readonly 'io.modelcontextprotocol/protocolVersion'?: unknown;
  readonly 'io.modelcontextprotocol/clientInfo'?: unknown;
  readonly 'io.modelcontextprotocol/clientCapabilities'?: unknown;
}

/** Whether a client declares that it knows tasks. */
export function declaresTasks(meta: RequestMeta | null | undefined): boolean {
  const capabilities = meta?.['io.modelcontextprotocol/clientCapabilities'];
  const { extensions } = (capabilities ?? {}) as { extensions?: { [name: string]: unknown } | null };
  return isObject(extensions) && isObject(extensions[TASKS_EXTENSION]);
}

/** Returns the client's name; null if it has none, undefined if its description is not in the right form. */
export function clientNameIn(meta: RequestMeta | null | undefined): string | null | undefined {
  const clientInfo = meta?.['io.modelcontextprotocol/clientInfo'];
  if (clientInfo === undefined) return null;
  const { name, version } = (clientInfo ?? {}) as { name?: unknown; version?: unknown };
  return typeof name === 'string' && typeof version === 'string' ? name : undefined;
}

/** A request with a signal: its response is sent on its own connection. */
export type OwnConnection = HttpRequestInfo & { readonly caller: Caller; readonly signal: AbortSignal };

/** Describes a request that this server answers without the library. */
export const callWithoutLibrary = (
  { caller, requestId, clientType, userAgent, signal }: OwnConnection,
  { acceptsTasks, clientName }: { readonly acceptsTasks: boolean; readonly clientName: string | null },
): McpCall => ({
  caller,
  requestId,
  client: { clientType, userAgent, name: clientName },
  signal,
  sendProgress: null,
  acceptsTasks,
  elicitation: null,
  showsApps: false,
  sentArguments: null,
});

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
