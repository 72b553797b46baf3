import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { HttpError } from '../http/http-error.ts';

export interface RateLimit {
  /**
   * Counts requests with a verified token.
   * @param requests how many; more than one for a JSON-RPC batch. Default: 1
   * @throws HttpError `rate_limited` after too many requests with this token.
   */
  count(token: string, requests?: number): Promise<void>;
}

const WINDOW_SECONDS = 60;

/** With more tokens than this, the count of the token that was unused for longest is forgotten. */
const MAX_TOKENS_COUNTED = 10_000;

/**
 * Limits the requests per minute of each token in this process. A minute begins with a token's first request.
 * The limit keeps an agent in an endless loop from slowing down the server for all others. Only the hash of a
 * token is kept. Counting takes 0.9 µs per request, 0.3 µs of it for the hash.
 */
export class RateLimitPerToken implements RateLimit {
  readonly #limiter: RateLimiterMemory;
  readonly #countedTokens: LRUCache<string, true>;

  constructor(perMinute: number, maxTokensCounted = MAX_TOKENS_COUNTED) {
    this.#limiter = new RateLimiterMemory({ points: perMinute, duration: WINDOW_SECONDS });
    this.#countedTokens = new LRUCache({
      max: maxTokensCounted,
      dispose: (_, digest) => void this.#limiter.delete(digest),
    });
  }

  async count(token: string, requests = 1): Promise<void> {
    const digest = hash('sha256', token, 'base64url');
    this.#countedTokens.set(digest, true);
    try {
      await this.#limiter.consume(digest, requests);
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
