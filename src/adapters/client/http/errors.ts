import type { ErrorCode, InputIssue } from '../../../application/errors.ts';
import type { WireConversationMessage } from '../../../application/wire/conversation-message.ts';
import type { WireOutcome } from '../../../application/wire/outcome.ts';

/** The error codes of the server's HTTP layer. */
export type HttpErrorCode =
  | 'csrf'
  | 'forbidden_host'
  | 'forbidden_origin'
  | 'headers_too_large'
  | 'incomplete_body'
  | 'internal'
  | 'invalid_encoding'
  | 'invalid_header'
  | 'invalid_signature'
  | 'malformed_request'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'not_found'
  | 'rate_limited'
  | 'request_timeout'
  | 'server_busy'
  | 'sign_in_again'
  | 'too_large'
  | 'unsupported_media_type';

/**
 * Error codes of the client itself. `unreachable`: no response came, so the request may or may not have taken
 * effect. `unexpected_answer`: the response is not from the dashboard server; it may be a proxy's error page.
 */
export type ClientErrorCode = 'unreachable' | 'unexpected_answer';

/** Every error code that this version knows. A newer server may send others. */
export type DashboardErrorCode = ErrorCode | HttpErrorCode | ClientErrorCode;

/** The fields of the server's problem document (RFC 9457). */
export interface Problem {
  readonly code: DashboardErrorCode;
  readonly detail: string;
  readonly request_id?: string;
  readonly errors?: readonly InputIssue[];
  readonly answer?: WireConversationMessage;
  readonly outcome?: WireOutcome;
}

/** The details of a failed call that are not in the problem document. */
export interface FailureDetails extends ErrorOptions {
  readonly status?: number;
  readonly requestId?: string | null;
  readonly retryAfterMs?: number | null;
}

/**
 * The error of a call that the server refused, or that did not reach the server. Branch on `code`: it never
 * changes, while `message` is for people. A newer server may send codes that this version does not know.
 *
 * ```ts
 * try {
 *   await client.people.write({ agent_instance_id, in_reply_to, content: '8081' });
 * } catch (error) {
 *   if (!(error instanceof DashboardError) || error.code !== 'already_answered') throw error;
 *   console.log('answered before:', error.answer?.content);
 * }
 * ```
 */
export class DashboardError extends Error {
  override readonly name = 'DashboardError';
  readonly code: DashboardErrorCode;
  /** The HTTP status; null if no response came. */
  readonly status: number | null;
  /** The id of this request in the server's log; null if the response has none. */
  readonly requestId: string | null;
  /** What is wrong with each field of the input, or of an answer; empty for other errors. */
  readonly errors: readonly InputIssue[];
  /** With `already_answered`: the answer that the question already has. Null for other errors. */
  readonly answer: WireConversationMessage | null;
  /** With `already_answered` and `question_over`: how the question has ended. Null for other errors. */
  readonly outcome: WireOutcome | null;
  /** How long the server asks to wait before the next try, in milliseconds; null if it does not say. */
  readonly retryAfterMs: number | null;

  constructor(problem: Problem, { status, requestId, retryAfterMs, ...options }: FailureDetails = {}) {
    super(problem.detail, options);
    this.code = problem.code;
    this.status = status ?? null;
    this.requestId = problem.request_id ?? requestId ?? null;
    this.errors = problem.errors ?? [];
    this.answer = problem.answer ?? null;
    this.outcome = problem.outcome ?? null;
    this.retryAfterMs = retryAfterMs ?? null;
  }
}

/** Returns whether the same request, with the same Idempotency-Key, may succeed later. */
export const isRetryable = ({ code, status }: DashboardError): boolean =>
  code === 'unreachable' || code === 'idempotency_in_flight' || status === 429 || (status ?? 0) >= 500;
