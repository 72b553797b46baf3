import { CodedError, type DomainErrorCode } from '../domain/errors.ts';
import type { PortErrorCode } from '../ports/errors.ts';
import type { Scope } from '../ports/tokens/token-verifier.ts';

export type RequestErrorCode =
  | 'idempotency_in_flight'
  | 'insufficient_scope'
  | 'invalid_character'
  | 'invalid_idempotency_key'
  | 'invalid_input'
  | 'invalid_json'
  | 'invalid_last_event_id'
  | 'notifications_disabled'
  | 'removal_disabled'
  | 'too_deep'
  | 'too_many_values'
  | 'too_many_waits';

/** Every code that a use case can fail with. The tables of the transports must cover all of them. */
export type ErrorCode = DomainErrorCode | PortErrorCode | RequestErrorCode;

export interface InputIssue {
  /** The path of the field, with dots; empty for the input as a whole. */
  readonly path: string;
  readonly message: string;
}

/**
 * A request that is refused because of its input, its token or a setting of the server, whatever is stored.
 */
export class RequestError extends CodedError<RequestErrorCode | 'invalid_id'> {
  override readonly name = 'RequestError';
  readonly issues: readonly InputIssue[];

  constructor(code: RequestErrorCode | 'invalid_id', message: string, issues: readonly InputIssue[] = []) {
    super(code, message, issues[0]?.path ?? null);
    this.issues = issues;
  }
}

export const insufficientScope = (needed: readonly Scope[]) =>
  new RequestError('insufficient_scope', `This needs a token with the scope "${needed.join('" or "')}"`);

/**
 * The error for a limited API key that tries to access anything but its instance. The error does not depend
 * on whether the other instance or message exists.
 */
export const notAllowedForLimitedKey = () =>
  new RequestError(
    'insufficient_scope',
    'This API key is limited to one agent instance and cannot access anything else',
  );

export const invalidJson = (reason: string) => new RequestError('invalid_json', reason);

export const invalidLastEventId = () =>
  new RequestError('invalid_last_event_id', 'Last-Event-ID must be the id of an event of this stream');

export const notificationsDisabled = () =>
  new RequestError('notifications_disabled', 'This server notifies nobody');

export const removalDisabled = () =>
  new RequestError('removal_disabled', 'This server never deletes data, so it cannot delete this');

export const tooManyWaits = () =>
  new RequestError('too_many_waits', 'Too many calls are waiting; try again when some have ended');

export const idempotencyInFlight = () =>
  new RequestError(
    'idempotency_in_flight',
    'The first request with this Idempotency-Key is still running; repeat it a little later',
  );
