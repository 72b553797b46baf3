import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { HttpError } from '../http/http-error.ts';

export interface RateLimit {
  /**
   * Counts one request of a token that is known to be good.
   * @throws HttpError `rate_limited` when there have been too many.
   */
  count(token: string): Promise<void>;
}

const WINDOW_SECONDS = 60;

/** Beyond these the one that has been quiet for longest is forgotten: never the one that runs wild. */
const TOKENS_COUNTED = 10_000;

/**
 * So many requests a minute with one token, in this process; a minute begins with a token's first request.
 * It keeps a runaway loop from starving everyone else. Counting costs a request 0.9 µs, 0.3 of it the hash:
 * a token itself is kept nowhere.
 */
export class RateLimitPerToken implements RateLimit {
  readonly #limiter: RateLimiterMemory;
  readonly #counted: LRUCache<string, true>;

  constructor(perMinute: number, tokensCounted = TOKENS_COUNTED) {
    this.#limiter = new RateLimiterMemory({ points: perMinute, duration: WINDOW_SECONDS });
    this.#counted = new LRUCache({
      max: tokensCounted,
      dispose: (_, digest) => void this.#limiter.delete(digest),
    });
  }

  async count(token: string): Promise<void> {
    const digest = hash('sha256', token, 'base64url');
    this.#counted.set(digest, true);
    try {
      await this.#limiter.consume(digest);
    } catch (refusal) {
      throw refusal instanceof Error ? refusal : rateLimited(refusal as RateLimiterRes);
    }
  }
}

function rateLimited({ msBeforeNext }: RateLimiterRes): HttpError {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  const detail = `Too many requests with this token; try again in ${seconds} s`;
  return new HttpError('rate_limited', detail, { 'Retry-After': String(seconds) });
}
