import { RequestError } from '../../../application/errors.ts';
import type { CodedError } from '../../../domain/errors.ts';

/** The result of `tools/call`, for every protocol version. */
export interface ToolResult {
  content: { type: 'text'; text: string }[];
  structuredContent?: { [name: string]: unknown };
  isError?: true;
  _meta?: { [name: string]: unknown };
}

/**
 * The key in `_meta` under which programs find an error's code and message. A model reads the same in the
 * text, which is not JSON: some clients check JSON text against the output schema, and then show the model
 * their own error.
 */
export const ERROR_META = 'agent-dashboard/error';

/**
 * Returns the output as JSON text and, if the tool has an output schema, also as a structured result. The
 * text is for clients without structured results.
 */
export const successResult = (
  output: object,
  { outputSchema }: { readonly outputSchema?: object },
): ToolResult => (outputSchema === undefined ? textResult(output) : structuredResult(output));

const textResult = (output: object): ToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(output) }],
});

/** Returns the result of a tool that has an output schema. */
export const structuredResult = (output: object): ToolResult => ({
  ...textResult(output),
  structuredContent: { ...output },
});

/**
 * Returns the error result for a refused call, with the same code and message as REST. It has no
 * `structuredContent`, because clients check that field against the output schema even in an error.
 * @param argumentNames the tool's argument for each field of the use case.
 */
export function errorResult(error: CodedError, argumentNames: ReadonlyMap<string, string>): ToolResult {
  const issues = error instanceof RequestError ? error.issues : [];
  let { message } = error;
  const errors = issues.map(({ path, message: reason }) => {
    const toolPath = toArgumentPath(path, argumentNames);
    if (toolPath !== path) message = message.replace(path, toolPath);
    return { path: toolPath, message: reason };
  });
  return errorToolResult({ code: error.code, message, ...(errors.length > 0 && { errors }) });
}

/**
 * Returns the error result for an internal error. The client gets only a request id; the log has the cause.
 */
export const internalErrorResult = (requestId: string): ToolResult =>
  errorToolResult({
    code: 'internal',
    message: `Something went wrong on the server; its log has the cause under request ${requestId}`,
    request_id: requestId,
  });

const errorToolResult = (problem: {
  code: string;
  message: string;
  [field: string]: unknown;
}): ToolResult => ({
  content: [{ type: 'text', text: `${problem.code}: ${problem.message}` }],
  isError: true,
  _meta: { [ERROR_META]: problem },
});

/**
 * Replaces the name of the use case's field, at the start of a path, with the name of the tool's argument.
 */
function toArgumentPath(path: string, argumentNames: ReadonlyMap<string, string>): string {
  const [field = '', ...innerPath] = path.split('.');
  return [argumentNames.get(field) ?? field, ...innerPath].join('.');
}
