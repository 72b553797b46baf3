import { RateLimiterMemory } from 'rate-limiter-flexible';
import { DomainError } from '../../../../domain/errors.ts';
import type { UserId } from '../../../../domain/ids.ts';
import { HttpError } from '../../http/http-error.ts';

/** A person mistypes a code a few times. Who guesses needs billions of them. */
const MAX_WRONG_CODES = 10;
const WINDOW_SECONDS = 60;

/**
 * Limits how many wrong codes of devices a user may try in a minute, with whatever tokens. The limit of a
 * token alone would leave room for guesses: a user can make many tokens.
 */
export class WrongCodes {
  readonly #limiter = new RateLimiterMemory({ points: MAX_WRONG_CODES, duration: WINDOW_SECONDS });

  /**
   * Looks for a code, and counts it if it is wrong.
   * @throws HttpError `rate_limited` after too many wrong ones, and whatever `look` throws.
   */
  async limit<Found>(userId: UserId, look: () => Promise<Found>): Promise<Found> {
    const counted = await this.#limiter.get(userId);
    if (counted !== null && counted.consumedPoints >= MAX_WRONG_CODES)
      throw tooManyWrongCodes(counted.msBeforeNext);
    try {
      return await look();
    } catch (error) {
      const isWrong = error instanceof DomainError && error.code === 'access_request_not_found';
      // Who has sent many at the same time has gone beyond the limit by now. The error is the same.
      if (isWrong) await this.#limiter.consume(userId).catch(() => undefined);
      throw error;
    }
  }
}

function tooManyWrongCodes(msBeforeNext: number): HttpError {
  const seconds = String(Math.max(1, Math.ceil(msBeforeNext / 1000)));
  const detail = `Too many codes that no device shows; try again in ${seconds} s`;
  return new HttpError('rate_limited', detail, { 'Retry-After': seconds });
}
