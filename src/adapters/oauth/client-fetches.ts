import { LRUCache } from 'lru-cache';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Addresses that strangers have given are fetched at most so often. */
const MAX_FETCHES_PER_MINUTE = 60;

/**
 * How long an answer is used again, also one that is of no use: the library asks twice for a description that
 * it cannot read.
 */
const REUSED_FOR_MS = 10_000;
const MAX_ANSWERS = 200;

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Fetches what programs say about themselves, at addresses that strangers have given. */
export class ClientFetches {
  readonly #fetch: Fetch;
  readonly #limiter = new RateLimiterMemory({ points: MAX_FETCHES_PER_MINUTE, duration: 60 });
  readonly #answers = new LRUCache<string, Promise<() => Response>>({ max: MAX_ANSWERS, ttl: REUSED_FOR_MS });

  /** @param fetch must read a bounded answer in a bounded time, and must not reach private networks. */
  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  /** @throws Error if too many were fetched in the last minute. */
  readonly fetch: Fetch = async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    let answer = this.#answers.get(address);
    if (answer === undefined) {
      answer = this.#fetchNow(address, init);
      this.#answers.set(address, answer);
    }
    return (await answer)();
  };

  /** Returns a function that makes the response as often as it is needed. */
  async #fetchNow(address: string, init?: RequestInit): Promise<() => Response> {
    await this.#limiter.consume('all').catch((cause) => {
      throw new Error('too many descriptions of programs were fetched in the last minute', { cause });
    });
    const response = await this.#fetch(address, init);
    const { ok, status, headers } = response;
    const text = ok ? await response.text() : null;
    return () => new Response(text, { status, headers });
  }
}
