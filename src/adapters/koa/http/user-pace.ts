import type { ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import { SharedUse } from '../../../application/fairness/shared-use.ts';
import type { UserId } from '../../../domain/ids.ts';
import { HttpError } from './http-error.ts';

const MEGABYTE = 1024 * 1024;

/** How much one user may send while other users use this process as well. */
export interface UserPaceLimits {
  readonly requestsPerSecond: number;
  /** How many bytes of large bodies are read in a second. */
  readonly bytesPerSecond: number;
  /** After a pause, so much is served at once as otherwise in this time. */
  readonly burstMs: number;
  /** How long a request may wait for its turn. */
  readonly maxWaitMs: number;
}

/** A fifth of the time of a process, and less for bytes: what is saved takes time of the database, too. */
const DEFAULT_LIMITS: UserPaceLimits = {
  requestsPerSecond: 200,
  bytesPerSecond: MEGABYTE / 2,
  burstMs: 100,
  maxWaitMs: 10_000,
};

/** The most that one body counts for, as a part of `maxWaitMs`: the next one is not refused because of it. */
const MAX_SHARE_OF_WAIT = 0.8;

/** With more users than this, the one who was unused for longest may send a burst again. */
const MAX_USERS = 10_000;

/**
 * Lets requests of one user wait who sends more than a fair share while other users use this process. A small
 * request takes the process about a millisecond, and a megabyte 20 to 40, in which everybody waits. A user
 * alone never waits.
 */
export class UserPace {
  readonly #limits: UserPaceLimits;
  readonly #now: () => number;
  readonly #use: SharedUse;
  /** When the requests of each user will have had their turns. */
  readonly #requestsUntil = new LRUCache<UserId, number>({ max: MAX_USERS });
  /** The same for bytes. They count separately, so that one agent's diffs do not delay others' steps. */
  readonly #bytesUntil = new LRUCache<UserId, number>({ max: MAX_USERS });

  /** @param now a time in milliseconds that never goes back. */
  constructor(limits: Partial<UserPaceLimits> = {}, now: () => number = () => performance.now()) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#now = now;
    this.#use = new SharedUse(now);
  }

  /**
   * Must be called for each request with a verified token. It returns undefined if the request may go on,
   * else a promise that resolves when it is its turn.
   * @param requests more than one for a JSON-RPC batch
   * @throws HttpError `rate_limited` when the turn would not come soon enough. The refusal waits as well, so
   * that a client that repeats at once gains nothing. `incomplete_body` when the client is gone: nothing is
   * done for it, or hanging up would be a way to wait for no turn.
   */
  beginRequest(userId: UserId, res: ServerResponse, requests = 1): Promise<void> | undefined {
    this.#use.note(userId);
    const millis = (requests / this.#limits.requestsPerSecond) * 1000;
    return this.#waitForTurn(this.#requestsUntil, userId, millis, res);
  }

  /** Like `beginRequest`, before bytes of a large body are read. */
  beginReading(userId: UserId, res: ServerResponse, bytes: number): Promise<void> | undefined {
    const { bytesPerSecond, maxWaitMs } = this.#limits;
    // Reading may take longer than a user counts as present after a request.
    this.#use.note(userId);
    const millis = Math.min((bytes / bytesPerSecond) * 1000, maxWaitMs * MAX_SHARE_OF_WAIT);
    return this.#waitForTurn(this.#bytesUntil, userId, millis, res);
  }

  #waitForTurn(
    takenUntil: LRUCache<UserId, number>,
    userId: UserId,
    millis: number,
    res: ServerResponse,
  ): Promise<void> | undefined {
    const { burstMs, maxWaitMs } = this.#limits;
    if (!this.#use.isShared) return undefined;
    const now = this.#now();
    const beginsAt = Math.max(takenUntil.get(userId) ?? Number.NEGATIVE_INFINITY, now - burstMs);
    const waitMs = beginsAt - now;
    if (waitMs > maxWaitMs) {
      // Not all of them at the same moment: most come back at once.
      return sleepUnlessClosed(maxWaitMs * (0.5 + Math.random() / 2), res).then(() => {
        throw tooMuch(Math.ceil(waitMs / 1000));
      });
    }
    takenUntil.set(userId, beginsAt + millis);
    return waitMs <= 0 ? undefined : sleepUnlessClosed(waitMs, res);
  }
}

/** The pace of all requests of this process, whichever application serves them. */
export const PROCESS_USER_PACE = new UserPace();

/** @throws HttpError `incomplete_body` when the response is closed before. */
function sleepUnlessClosed(milliseconds: number, res: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => {
      clearTimeout(timer);
      reject(clientGone());
    };
    const timer = setTimeout(() => {
      res.off('close', onClose);
      resolve();
    }, milliseconds);
    res.once('close', onClose);
  });
}

const clientGone = () =>
  new HttpError('incomplete_body', 'The connection closed while the request waited for its turn');

const tooMuch = (seconds: number) =>
  new HttpError(
    'rate_limited',
    `Other users use this server as well, and too many requests of this user wait; try again in ${seconds} s`,
    { 'Retry-After': String(seconds) },
  );
