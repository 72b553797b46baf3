import { createHmac, timingSafeEqual } from 'node:crypto';
import type { UserId } from '../../../domain/ids.ts';

/**
 * Proves that an answer comes from the app that shows the question. Clients give the token to the app, and
 * not to their model, which knows only the id of the question. So a model cannot answer itself, also in a
 * client that lets it call the tool of the app.
 */
export class AnswerTokens {
  readonly #secret: Buffer;

  /** @param secret the same in every process, at least 32 bytes. */
  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  tokenOf(userId: UserId, questionId: string): string {
    return createHmac('sha256', this.#secret)
      .update(JSON.stringify([userId, questionId]))
      .digest('base64url');
  }

  isValid(userId: UserId, questionId: string, token: unknown): boolean {
    if (typeof token !== 'string') return false;
    const expected = Buffer.from(this.tokenOf(userId, questionId));
    const given = Buffer.from(token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}
