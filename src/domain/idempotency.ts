import { idempotencyKeyReused } from './errors.ts';

/**
 * The client's idempotency key for one request, and a digest by which a repeat of the request is recognised.
 */
export interface Idempotency {
  readonly key: string;
  /**
   * The digest: SHA-256 in base64url, made by `idempotencyOf` in `src/application/dispatch/idempotency.ts`.
   */
  readonly fingerprint: string;
  readonly requestedAt: Date;
}

/**
 * The answer to a request with an idempotency key. It is saved together with the effect of the request, or
 * not at all.
 */
export interface IdempotencyRecord {
  /** `Idempotency.fingerprint` of the request. */
  readonly fingerprint: string;
  /** The answer's JSON text. */
  readonly answer: string;
  readonly recordedAt: Date;
}

export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

/** What an idempotency key must be, as the end of a sentence. */
export const IDEMPOTENCY_KEY_RULE = `must be 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} printable ASCII characters, and must not begin or end with a space`;

/** HTTP removes spaces at the ends of a header, so a key has none there. */
export const IDEMPOTENCY_KEY = new RegExp(`^[!-~](?:[ -~]{0,${MAX_IDEMPOTENCY_KEY_LENGTH - 2}}[!-~])?$`);

export const isIdempotencyKey = (text: string): boolean => IDEMPOTENCY_KEY.test(text);

/** How long a recorded answer is kept at least, in milliseconds. */
export const IDEMPOTENCY_WINDOW_MS = 24 * 60 * 60 * 1000;

/**
 * Returns the recorded answer if the same request was answered before, else null.
 * @throws DomainError `idempotency_key_reused` if the key was used for another request.
 */
export function recordedAnswer(request: Idempotency, record: IdempotencyRecord | null): string | null {
  if (record === null) return null;
  if (record.fingerprint !== request.fingerprint) throw idempotencyKeyReused();
  return record.answer;
}
