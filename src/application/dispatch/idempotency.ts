import { createHash } from 'node:crypto';
import { idempotencyKeyReused } from '../../domain/errors.ts';
import {
  IDEMPOTENCY_KEY_RULE,
  type Idempotency,
  type IdempotencyRecord,
  isIdempotencyKey,
  recordedAnswer,
} from '../../domain/idempotency.ts';
import type { AgentInstanceId } from '../../domain/ids.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import { idempotencyInFlight, RequestError } from '../errors.ts';

/** How long a repeat waits for the first request. */
const IN_FLIGHT_TIMEOUT_MS = 10_000;

/**
 * The facts about a request from which its `Idempotency` is made. `requestedAt` is not part of the
 * fingerprint.
 */
export interface RequestIdentity {
  readonly useCase: string;
  readonly input: object;
  /** The only instance that the caller's API key may access; null: the key is not limited. */
  readonly onlyInstance: AgentInstanceId | null;
  readonly requestedAt: Date;
}

/**
 * Makes the `Idempotency` of a request. Two requests have the same fingerprint if they have the same use case
 * and exactly the same input, and if the API keys of their callers are limited to the same instance, or are
 * both not limited.
 * @throws RequestError `invalid_idempotency_key`
 */
export function idempotencyOf(
  key: string,
  { useCase, input, onlyInstance, requestedAt }: RequestIdentity,
): Idempotency {
  if (!isIdempotencyKey(key)) {
    throw new RequestError('invalid_idempotency_key', `Idempotency-Key ${IDEMPOTENCY_KEY_RULE}`);
  }
  // NUL separates the parts: no part contains it, so different requests never hash the same text.
  const fingerprint = createHash('sha256').update(useCase).update('\0').update(JSON.stringify(input));
  if (onlyInstance !== null) fingerprint.update('\0').update(onlyInstance);
  return { key, fingerprint: fingerprint.digest('base64url'), requestedAt };
}

/** A decision whose output is the answer to the client. */
export interface AnswerDecision<Answer, Changes> {
  readonly output: Answer;
  readonly changes: Changes | null;
  /**
   * True for an answer that is not final, such as "no messages yet" of a call that goes on waiting. It is not
   * recorded.
   */
  readonly isProvisional?: boolean;
  /** The answer to repeats, if it differs from the first answer: a secret is sent only once. */
  readonly answerToRepeats?: Answer;
}

interface DecisionWithRecord<Answer, Changes> {
  readonly output: Answer;
  readonly changes: Changes | null;
  readonly record: IdempotencyRecord | null;
}

/**
 * Adds idempotency to `decide`. The returned function answers a repeated request from its record. For any
 * other request it calls `decide`, and returns a record of the answer, to be saved together with the changes.
 */
export function withIdempotency<State, Answer, Changes>(
  idempotency: Idempotency | null,
  decide: (state: State) => AnswerDecision<Answer, Changes>,
): (state: State, record: IdempotencyRecord | null) => DecisionWithRecord<Answer, Changes> {
  return (state, record) => {
    const recordedJson = idempotency === null ? null : recordedAnswer(idempotency, record);
    if (recordedJson !== null) return { output: JSON.parse(recordedJson), changes: null, record: null };
    const { output, changes, isProvisional, answerToRepeats = output } = decide(state);
    if (idempotency === null || isProvisional) return { output, changes, record: null };
    const { fingerprint, requestedAt } = idempotency;
    return {
      output,
      changes,
      record: { fingerprint, answer: JSON.stringify(answerToRepeats), recordedAt: requestedAt },
    };
  };
}

/**
 * Makes a repeat wait while the first request is still running in this process; the repeat then finds its
 * record. A repeat in another process finds the record, or a conflict, in the store.
 */
export class InFlightRequests {
  readonly #running = new Map<string, { fingerprint: string; answer: Promise<unknown> }>();

  /**
   * Runs `work`. If a request of the user with this idempotency key is running, it first waits until that
   * request has ended.
   * @throws DomainError `idempotency_key_reused` if a different request with this key is running.
   * @throws RequestError `idempotency_in_flight` if the first request takes longer than 10 s.
   */
  async run<Answer>(caller: Caller, idempotency: Idempotency, work: () => Promise<Answer>): Promise<Answer> {
    const mapKey = JSON.stringify([caller.userId, idempotency.key]);
    const deadline = performance.now() + IN_FLIGHT_TIMEOUT_MS;
    for (let first = this.#running.get(mapKey); first !== undefined; first = this.#running.get(mapKey)) {
      if (first.fingerprint !== idempotency.fingerprint) throw idempotencyKeyReused();
      if (!(await settlesWithin(first.answer, deadline - performance.now()))) throw idempotencyInFlight();
    }
    const answer = work();
    this.#running.set(mapKey, { fingerprint: idempotency.fingerprint, answer });
    try {
      return await answer;
    } finally {
      this.#running.delete(mapKey);
    }
  }
}

async function settlesWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  if (milliseconds <= 0) return false;
  const { promise: timedOut, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, milliseconds, false);
  const settled = promise.then(
    () => true,
    () => true,
  );
  const isSettled = await Promise.race([settled, timedOut]);
  clearTimeout(timer);
  return isSettled;
}
