import { hash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { LimitedCounts } from '../../../application/waiting/limited-counts.ts';
import type { UserId } from '../../../domain/ids.ts';
import { HttpError } from './http-error.ts';

export interface OpenRequestLimits {
  /** How many requests with one token may be open at once: waits, streams and all others. */
  readonly perToken: number;
  /** How many requests of one user may be open at once. */
  readonly perUser: number;
}

/** Far more than ordinary use needs. A thousand waits or streams of one token are common in tests of load. */
const DEFAULT_LIMITS: OpenRequestLimits = { perToken: 2_000, perUser: 10_000 };

/** Limits the requests that are open at the same time. A rate limit does not bind requests that never end. */
export class OpenRequestLimit {
  readonly #byToken: LimitedCounts<string>;
  readonly #byUser: LimitedCounts<UserId>;

  constructor({ perToken, perUser }: OpenRequestLimits = DEFAULT_LIMITS) {
    this.#byToken = new LimitedCounts(perToken);
    this.#byUser = new LimitedCounts(perUser);
  }

  /**
   * Counts a request with a verified token until its response has ended.
   * @throws HttpError `rate_limited`
   */
  begin(token: string, userId: UserId, res: ServerResponse): void {
    if (res.closed) return;
    const tokenHash = hash('sha256', token, 'base64url');
    if (!this.#byToken.tryBegin(tokenHash)) throw tooManyOpenRequests('with this token');
    if (!this.#byUser.tryBegin(userId)) {
      this.#byToken.end(tokenHash);
      throw tooManyOpenRequests('of this user');
    }
    res.once('close', () => {
      this.#byToken.end(tokenHash);
      this.#byUser.end(userId);
    });
  }
}

/** The limit for all requests of this process, whichever application serves them. */
export const PROCESS_OPEN_REQUESTS = new OpenRequestLimit();

const tooManyOpenRequests = (whose: string) =>
  new HttpError('rate_limited', `Too many requests ${whose} are open; try again when some have ended`, {
    'Retry-After': '5',
  });
