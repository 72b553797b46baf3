import type { ErrorCode, InputIssue } from '../../../application/errors.ts';
import type { WireConversationMessage } from '../../../application/wire/conversation-message.ts';

/** What the server says of a request that never reached a use case. */
export type HttpErrorCode =
  | 'csrf'
  | 'forbidden_host'
  | 'forbidden_origin'
  | 'headers_too_large'
  | 'incomplete_body'
  | 'internal'
  | 'invalid_encoding'
  | 'invalid_header'
  | 'malformed_request'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'not_found'
  | 'rate_limited'
  | 'request_timeout'
  | 'too_large'
  | 'unsupported_media_type';

/**
 * What the client found itself: `unreachable`, no answer came, so nobody knows whether the request had its
 * effect; `unexpected_answer`, one came that is not this server's, such as a proxy's error page.
 */
export type ClientErrorCode = 'unreachable' | 'unexpected_answer';

export type DashboardErrorCode = ErrorCode | HttpErrorCode | ClientErrorCode;

/** What a problem document (RFC 9457) of the server tells. */
export interface Problem {
  readonly code: DashboardErrorCode;
  readonly detail: string;
  readonly request_id?: string;
  readonly errors?: readonly InputIssue[];
  readonly answer?: WireConversationMessage;
}

/** What is known of a failed call beside the problem itself. */
export interface Circumstances extends ErrorOptions {
  readonly status?: number;
  readonly requestId?: string | null;
  readonly retryAfterMs?: number | null;
}

/** A call that the server refused, or that did not get through. Branch on `code`; a newer server may have more. */
export class DashboardError extends Error {
  override readonly name = 'DashboardError';
  readonly code: DashboardErrorCode;
  /** Of the HTTP answer; null where none came. */
  readonly status: number | null;
  /** What to quote to whoever runs the server. */
  readonly requestId: string | null;
  /** What is wrong with the input, field by field. */
  readonly errors: readonly InputIssue[];
  /** Of `already_answered`: the answer that counts. */
  readonly answer: WireConversationMessage | null;
  /** How long the server asked to be left alone. */
  readonly retryAfterMs: number | null;

  constructor(problem: Problem, { status, requestId, retryAfterMs, ...options }: Circumstances = {}) {
    super(problem.detail, options);
    this.code = problem.code;
    this.status = status ?? null;
    this.requestId = problem.request_id ?? requestId ?? null;
    this.errors = problem.errors ?? [];
    this.answer = problem.answer ?? null;
    this.retryAfterMs = retryAfterMs ?? null;
  }
}

/** Whether the same request, with the same Idempotency-Key, may well succeed a little later. */
export const isPassing = ({ code, status }: DashboardError): boolean =>
  code === 'unreachable' || code === 'idempotency_in_flight' || status === 429 || (status ?? 0) >= 500;
