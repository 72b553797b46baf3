import { createHash } from 'node:crypto';
import { idempotencyKeyReused } from '../../domain/errors.ts';
import { type Idempotency, type IdempotencyRecord, recordedAnswer } from '../../domain/idempotency.ts';
import type { AgentInstanceId } from '../../domain/ids.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import { idempotencyInFlight, RequestError } from '../errors.ts';

const KEY_LIMIT = 255;
const IN_FLIGHT_PATIENCE_MS = 10_000;

/** What makes a request this one and no other. */
export interface AskedRequest {
  readonly useCase: string;
  readonly input: object;
  /** The instance that the caller's key is for: what names none is about this one. */
  readonly bound: AgentInstanceId | null;
  readonly askedAt: Date;
}

/**
 * The same use case asked with the same input, to the last field, is the same request; not so from a key
 * for another instance.
 * @throws RequestError `invalid_idempotency_key`.
 */
export function idempotencyOf(key: string, { useCase, input, bound, askedAt }: AskedRequest): Idempotency {
  if (key.length > KEY_LIMIT || !/^[\x20-\x7e]+$/.test(key)) {
    throw new RequestError(
      'invalid_idempotency_key',
      `Idempotency-Key must be 1 to ${KEY_LIMIT} printable ASCII characters`,
    );
  }
  const fingerprint = createHash('sha256').update(useCase).update('\0').update(JSON.stringify(input));
  if (bound !== null) fingerprint.update('\0').update(bound);
  return { key, fingerprint: fingerprint.digest('base64url'), askedAt };
}

/** A decision whose output is the answer on the wire. */
export interface AnswerDecision<Answer, Changes> {
  readonly output: Answer;
  readonly changes: Changes | null;
  /** A provisional answer is not recorded. */
  readonly provisional?: boolean;
  /** What repeats are answered, where that is not the same: secrets are told once. */
  readonly repeated?: Answer;
}

interface RecordedAnswer<Answer, Changes> {
  readonly output: Answer;
  readonly changes: Changes | null;
  readonly record: IdempotencyRecord | null;
}

/** Answers a repeated request from its record; otherwise decides, and records the answer with its effect. */
export function once<State, Answer, Changes>(
  idempotency: Idempotency | null,
  decide: (state: State) => AnswerDecision<Answer, Changes>,
): (state: State, record: IdempotencyRecord | null) => RecordedAnswer<Answer, Changes> {
  return (state, record) => {
    const recorded = idempotency === null ? null : recordedAnswer(idempotency, record);
    if (recorded !== null) return { output: JSON.parse(recorded), changes: null, record: null };
    const { output, changes, provisional, repeated = output } = decide(state);
    if (idempotency === null || provisional) return { output, changes, record: null };
    const { fingerprint, askedAt } = idempotency;
    return {
      output,
      changes,
      record: { fingerprint, answer: JSON.stringify(repeated), recordedAt: askedAt },
    };
  };
}

/**
 * Lets repeats of a request that is still running in this process wait for it: they then find its record.
 * A repeat that runs in another process meets the record, or a conflict, in the store.
 */
export class InFlightRequests {
  readonly #running = new Map<string, { fingerprint: string; done: Promise<unknown> }>();

  /**
   * @throws DomainError `idempotency_key_reused` while another request runs under this key.
   * @throws RequestError `idempotency_in_flight` when the first takes longer than 10 s.
   */
  async run<Answer>(caller: Caller, idempotency: Idempotency, work: () => Promise<Answer>): Promise<Answer> {
    const id = JSON.stringify([caller.userId, idempotency.key]);
    const deadline = Date.now() + IN_FLIGHT_PATIENCE_MS;
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
