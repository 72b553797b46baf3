import { RequestError } from '../../../application/errors.ts';
import { CodedError } from '../../../domain/errors.ts';

/** The answer to `tools/call`, in every revision of the protocol. */
export interface ToolResult {
  content: { type: 'text'; text: string }[];
  structuredContent?: { [name: string]: unknown };
  isError?: true;
  _meta?: { [name: string]: unknown };
}

/** Where programs find what `text` tells the model of an error. */
export const ERROR_META = 'agent-dashboard/error';

/** Clients that do not know structured results read the same from the text. */
export const resultOf = (answer: object): ToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(answer) }],
  structuredContent: { ...answer },
});

/**
 * A broken rule, with the code and the message that REST answers. No `structuredContent`: clients check it
 * against the output schema even on an error.
 * @param renamed the tool's names for the use case's fields.
 */
export function refusalOf(error: CodedError, renamed: ReadonlyMap<string, string>): ToolResult {
  const issues = error instanceof RequestError ? error.issues : [];
  let { message } = error;
  const errors = issues.map(({ path, message: reason }) => {
    const ours = rename(path, renamed);
    if (ours !== path) message = message.replace(path, ours);
    return { path: ours, message: reason };
  });
  return failure({ code: error.code, message, ...(errors.length > 0 && { errors }) });
}

/** A fault of ours: the client gets an id to quote, the log the cause. */
export const internalFailure = (requestId: string): ToolResult =>
  failure({
    code: 'internal',
    message: `Something went wrong on the server; its log has the cause under request ${requestId}`,
    request_id: requestId,
  });

export const isRefusal = (error: unknown): error is CodedError => error instanceof CodedError;

const failure = (problem: { code: string; message: string; [more: string]: unknown }): ToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(problem) }],
  isError: true,
  _meta: { [ERROR_META]: problem },
});

function rename(path: string, renamed: ReadonlyMap<string, string>): string {
  const [head = '', ...rest] = path.split('.');
  return [renamed.get(head) ?? head, ...rest].join('.');
}
