import type { Context } from 'koa';
import type { Caller, TokenVerifier } from '../../ports/token-verifier.ts';
import { bearerToken } from './authenticate.ts';
import { exchangeOf } from './exchange.ts';
import type { RateLimit } from './rate-limit.ts';

export interface IdentifyOptions {
  readonly tokens: TokenVerifier;
  /** Absent or null: a token may ask as often as it likes. */
  readonly rateLimit?: RateLimit | null;
}

/**
 * Finds out who calls, by the bearer token, and notes it on the exchange that `ctx` is in. What is answered
 * to a token is for no cache to keep, unless whoever answers knows better.
 * @throws PortError `unauthenticated`, HttpError `invalid_header`, `rate_limited`.
 */
export async function identify(ctx: Context, { tokens, rateLimit }: IdentifyOptions): Promise<Caller> {
  ctx.res.setHeader('Cache-Control', 'no-store');
  const token = bearerToken(ctx);
  const caller = await tokens.verify(token);
  // First, so that the log can say whose loop has run wild.
  exchangeOf(ctx).caller = caller;
  await rateLimit?.count(token);
  return caller;
}
