import { idempotencyKeyReused } from './errors.ts';

/** The client's key of one request, and a digest of what that request asks. */
export interface Idempotency {
  readonly key: string;
  readonly fingerprint: string;
  readonly askedAt: Date;
}

/** What a request with a key led to; written with its effect, or not at all. */
export interface IdempotencyRecord {
  readonly fingerprint: string;
  /** The answer's JSON text. */
  readonly answer: string;
  readonly recordedAt: Date;
}

/** The least time a key's answer is kept and repeated. */
export const IDEMPOTENCY_WINDOW_MS = 24 * 60 * 60 * 1000;

/**
 * The recorded answer, when this very request was answered before.
 * @throws DomainError `idempotency_key_reused` when the key belongs to another request.
 */
export function recordedAnswer(request: Idempotency, record: IdempotencyRecord | null): string | null {
  if (record === null) return null;
  if (record.fingerprint !== request.fingerprint) throw idempotencyKeyReused();
  return record.answer;
}
