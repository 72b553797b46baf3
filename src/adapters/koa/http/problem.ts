import { STATUS_CODES } from 'node:http';
import { type ErrorCode, type InputIssue, RequestError } from '../../../application/errors.ts';
import { SettingsMismatchError } from '../../../application/notifications/check-settings.ts';
import {
  type WireConversationMessage,
  wireConversationMessage,
} from '../../../application/wire/conversation-message.ts';
import { type WireOutcome, wireOutcome } from '../../../application/wire/outcome.ts';
import { QuestionOverError } from '../../../domain/conversation/question-over.ts';
import { CodedError } from '../../../domain/errors.ts';
import { AnswerMismatchError } from '../../../domain/question/fit-answer.ts';
import type { HttpErrorCode } from './http-error.ts';

export type ProblemCode = ErrorCode | HttpErrorCode;

/** The body of an error response (RFC 9457), with a `code` for programs and a `request_id` to quote. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly request_id: string;
  readonly errors?: readonly InputIssue[];
  /** Only with `already_answered`: the answer that the question already has. */
  readonly answer?: WireConversationMessage;
  /** Only with `already_answered` and `question_over`: how the question ended. */
  readonly outcome?: WireOutcome;
}

/** The codes for which a route has another status or detail than the other routes. */
export type ProblemOverrides = {
  readonly [Code in ProblemCode]?: { readonly status: number; readonly detail?: string };
};

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** The HTTP status of every code. A route may override it. */
const STATUS_BY_CODE = {
  access_request_not_found: 404,
  agent_instance_exists: 409,
  agent_instance_not_found: 404,
  agent_message_not_found: 404,
  agent_type_not_found: 404,
  agent_type_required: 400,
  already_answered: 409,
  already_requires_user_input: 400,
  answer_does_not_fit: 422,
  answer_link_expired: 409,
  answer_link_not_found: 404,
  answer_missing: 422,
  api_key_not_found: 404,
  channel_not_found: 422,
  csrf: 403,
  destination_not_found: 404,
  forbidden_host: 403,
  forbidden_origin: 403,
  headers_too_large: 431,
  idempotency_in_flight: 409,
  idempotency_key_reused: 422,
  identity_provider_unavailable: 503,
  incomplete_body: 400,
  instance_deleted: 404,
  insufficient_scope: 403,
  internal: 500,
  invalid_character: 400,
  invalid_encoding: 400,
  invalid_header: 400,
  invalid_id: 422,
  question_not_found: 404,
  question_over: 409,
  question_without_deadline: 409,
  invalid_idempotency_key: 400,
  invalid_input: 422,
  invalid_json: 400,
  invalid_last_event_id: 400,
  invalid_signature: 403,
  issuing_disabled: 409,
  key_not_grantable: 422,
  malformed_request: 400,
  message_not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  not_found: 404,
  notifications_disabled: 409,
  rate_limited: 429,
  removal_disabled: 409,
  request_timeout: 408,
  server_busy: 503,
  settings_do_not_fit: 422,
  sign_in_again: 403,
  storage_busy: 503,
  storage_full: 503,
  storage_unavailable: 503,
  too_deep: 400,
  too_large: 413,
  too_many_agent_types: 409,
  too_many_destinations: 409,
  too_many_open_instances: 409,
  too_many_values: 413,
  too_many_waits: 429,
  unauthenticated: 401,
  unsupported_media_type: 415,
} as const satisfies Record<ProblemCode, number>;

const RETRY_AFTER_SECONDS: { readonly [Code in ProblemCode]?: number } = {
  idempotency_in_flight: 1,
  // The server asks for the identity provider's keys at most once in 30 s.
  identity_provider_unavailable: 30,
  server_busy: 1,
  storage_busy: 1,
  storage_full: 30,
  storage_unavailable: 2,
  too_many_waits: 5,
};

/**
 * Turns an error into a problem. An error without a known code becomes `internal`: the client learns only the
 * request id, under which the log has the cause.
 */
export function problemOf(
  error: unknown,
  requestId: string,
  overrides: ProblemOverrides | null = null,
): Problem {
  if (!hasKnownCode(error)) {
    const detail = `Something went wrong on the server; its log has the cause under request ${requestId}`;
    return buildProblem('internal', 500, detail, requestId);
  }
  const status = statusOf(error.code, overrides ?? {});
  const problem = buildProblem(
    error.code,
    status,
    overrides?.[error.code]?.detail ?? error.message,
    requestId,
  );
  return { ...problem, ...extensionMembersOf(error) };
}

/** Returns the fields that only some problems have (extension members in RFC 9457). */
function extensionMembersOf(error: CodedError): Pick<Problem, 'errors' | 'answer' | 'outcome'> {
  if (error instanceof RequestError && error.issues.length > 0) return { errors: error.issues };
  if (error instanceof AnswerMismatchError || error instanceof SettingsMismatchError)
    return { errors: error.issues };
  if (error instanceof QuestionOverError) {
    const { outcome, answer } = error;
    return {
      ...(answer !== null && { answer: wireConversationMessage(answer, { agentWaiting: false }) }),
      outcome: wireOutcome(outcome),
    };
  }
  return {};
}

/** Every code that a problem can have. */
export const PROBLEM_CODES = Object.keys(STATUS_BY_CODE) as [ProblemCode, ...ProblemCode[]];

/** Returns the HTTP status of a code. */
export const statusOf = (code: ProblemCode, overrides: ProblemOverrides = {}): number =>
  overrides[code]?.status ?? STATUS_BY_CODE[code];

/** Returns after how many seconds a client should try again; undefined for codes without a Retry-After. */
export const retryAfterSeconds = (code: ProblemCode): number | undefined => RETRY_AFTER_SECONDS[code];

const hasKnownCode = (error: unknown): error is CodedError<ProblemCode> =>
  error instanceof CodedError && Object.hasOwn(STATUS_BY_CODE, error.code);

const buildProblem = (code: ProblemCode, status: number, detail: string, requestId: string): Problem => ({
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Error',
  status,
  detail,
  code,
  request_id: requestId,
});
