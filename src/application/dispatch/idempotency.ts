import { createHash } from 'node:crypto';
import { idempotencyKeyReused } from '../../domain/errors.ts';
import { type Idempotency, type IdempotencyRecord, recordedAnswer } from '../../domain/idempotency.ts';
import type { AgentInstanceId } from '../../domain/ids.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import { idempotencyInFlight, RequestError } from '../errors.ts';

const KEY_LIMIT = 255;
/** How long a repeat waits for the first request. */
const IN_FLIGHT_TIMEOUT_MS = 10_000;

/** What identifies a request: two requests that agree in all of it are the same request. */
export interface RequestIdentity {
  readonly useCase: string;
  readonly input: object;
  /** The instance that the caller's API key is bound to; null: the key is not bound. */
  readonly bound: AgentInstanceId | null;
  readonly requestedAt: Date;
}

/**
 * Makes the fingerprint of a request: the same use case with exactly the same input is the same request,
 * unless the callers' API keys are bound to different instances.
 * @throws RequestError `invalid_idempotency_key`
 */
export function idempotencyOf(
  key: string,
  { useCase, input, bound, requestedAt }: RequestIdentity,
): Idempotency {
  if (key.length > KEY_LIMIT || !/^[\x20-\x7e]+$/.test(key)) {
    throw new RequestError(
      'invalid_idempotency_key',
      `Idempotency-Key must be 1 to ${KEY_LIMIT} printable ASCII characters`,
    );
  }
  const fingerprint = createHash('sha256').update(useCase).update('\0').update(JSON.stringify(input));
  if (bound !== null) fingerprint.update('\0').update(bound);
  return { key, fingerprint: fingerprint.digest('base64url'), requestedAt };
}

/** A decision whose output is the answer to the client. */
export interface AnswerDecision<Answer, Changes> {
  readonly output: Answer;
  readonly changes: Changes | null;
  /** True for an answer that may still change, and therefore is not recorded. */
  readonly provisional?: boolean;
  /** The answer to repeats where it differs from the first: a secret is sent only once. */
  readonly repeated?: Answer;
}

interface RecordedAnswer<Answer, Changes> {
  readonly output: Answer;
  readonly changes: Changes | null;
  readonly record: IdempotencyRecord | null;
}

/**
 * Answers a repeated request from its record; otherwise decides, and records the answer together with its
 * effect.
 */
export function withIdempotency<State, Answer, Changes>(
  idempotency: Idempotency | null,
  decide: (state: State) => AnswerDecision<Answer, Changes>,
): (state: State, record: IdempotencyRecord | null) => RecordedAnswer<Answer, Changes> {
  return (state, record) => {
    const recorded = idempotency === null ? null : recordedAnswer(idempotency, record);
    if (recorded !== null) return { output: JSON.parse(recorded), changes: null, record: null };
    const { output, changes, provisional, repeated = output } = decide(state);
    if (idempotency === null || provisional) return { output, changes, record: null };
    const { fingerprint, requestedAt } = idempotency;
    return {
      output,
      changes,
      record: { fingerprint, answer: JSON.stringify(repeated), recordedAt: requestedAt },
    };
  };
}

/**
 * Makes repeats of a request that is still running in this process wait for it; they then find its record. A
 * repeat in another process finds the record, or a conflict, in the store.
 */
export class InFlightRequests {
  readonly #running = new Map<string, { fingerprint: string; done: Promise<unknown> }>();

  /**
   * Runs `work` unless a request with this idempotency key is running; then it waits for that one first.
   * @throws DomainError `idempotency_key_reused` while a different request runs with this key.
   * @throws RequestError `idempotency_in_flight` when the first takes longer than 10 s.
   */
  async run<Answer>(caller: Caller, idempotency: Idempotency, work: () => Promise<Answer>): Promise<Answer> {
    const id = JSON.stringify([caller.userId, idempotency.key]);
    const deadline = Date.now() + IN_FLIGHT_TIMEOUT_MS;
    for (let first = this.#running.get(id); first !== undefined; first = this.#running.get(id)) {
      if (first.fingerprint !== idempotency.fingerprint) throw idempotencyKeyReused();
      if (!(await settlesWithin(first.done, deadline - Date.now()))) throw idempotencyInFlight();
    }
    const done = work();
    this.#running.set(id, { fingerprint: idempotency.fingerprint, done });
    try {
      return await done;
    } finally {
      this.#running.delete(id);
    }
  }
}

async function settlesWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  if (milliseconds <= 0) return false;
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, milliseconds, false);
  const settled = promise.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([settled, late]);
  clearTimeout(timer);
  return inTime;
}
