import { RequestError } from '../../../application/errors.ts';
import type { CodedError } from '../../../domain/errors.ts';

/** The answer to `tools/call`, for every protocol version. */
export interface ToolResult {
  content: { type: 'text'; text: string }[];
  structuredContent?: { [name: string]: unknown };
  isError?: true;
  _meta?: { [name: string]: unknown };
}

/**
 * The key in `_meta` under which programs find an error's code and message. The model reads them in the text.
 */
export const ERROR_META = 'agent-dashboard/error';

/** Returns the answer as a structured result, and as JSON text for clients that do not know those. */
export const successResult = (answer: object): ToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(answer) }],
  structuredContent: { ...answer },
});

/**
 * Returns the error result for a caller's mistake, with the same code and message as REST. It has no
 * `structuredContent`: clients check that against the output schema even if it is an error.
 * @param renamed the tool's name for each field of the use case.
 */
export function errorResult(error: CodedError, renamed: ReadonlyMap<string, string>): ToolResult {
  const issues = error instanceof RequestError ? error.issues : [];
  let { message } = error;
  const errors = issues.map(({ path, message: reason }) => {
    const toolPath = rename(path, renamed);
    if (toolPath !== path) message = message.replace(path, toolPath);
    return { path: toolPath, message: reason };
  });
  return failure({ code: error.code, message, ...(errors.length > 0 && { errors }) });
}

/**
 * Returns the error result for an internal error. The client gets only an id; the log has the cause under it.
 */
export const internalErrorResult = (requestId: string): ToolResult =>
  failure({
    code: 'internal',
    message: `Something went wrong on the server; its log has the cause under request ${requestId}`,
    request_id: requestId,
  });

const failure = (problem: { code: string; message: string; [more: string]: unknown }): ToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(problem) }],
  isError: true,
  _meta: { [ERROR_META]: problem },
});

function rename(path: string, renamed: ReadonlyMap<string, string>): string {
  const [head = '', ...rest] = path.split('.');
  return [renamed.get(head) ?? head, ...rest].join('.');
}
