import type { Context } from 'koa';
import type { Caller, TokenVerifier } from '../../../ports/tokens/token-verifier.ts';
import { exchangeOf } from '../http/exchange.ts';
import type { RateLimit } from './rate-limit.ts';
import { readRequestToken } from './request-token.ts';

export interface IdentifyCallerOptions {
  readonly tokens: TokenVerifier;
  /** Absent or null: a token may ask as often as it likes. */
  readonly rateLimit?: RateLimit | null;
  /** Whether a browser's cookie will do where there is no bearer token. */
  readonly cookies?: boolean;
}

/**
 * Finds out who calls, by the bearer token or the cookie, and notes it on the exchange that `ctx` is in. What is answered
 * to a token is for no cache to keep, unless whoever answers knows better.
 * @throws PortError `unauthenticated`, HttpError `invalid_header`, `csrf`, `rate_limited`.
 */
export async function identifyCaller(
  ctx: Context,
  { tokens, rateLimit, cookies = false }: IdentifyCallerOptions,
): Promise<Caller> {
  ctx.res.setHeader('Cache-Control', 'no-store');
  const token = readRequestToken(ctx, cookies);
  const caller = await tokens.verify(token);
  // First, so that the log can say whose loop has run wild.
  exchangeOf(ctx).caller = caller;
  await rateLimit?.count(token);
  return caller;
}
