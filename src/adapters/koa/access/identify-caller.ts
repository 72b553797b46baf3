import type { Context } from 'koa';
import type { Caller, TokenVerifier } from '../../../ports/tokens/token-verifier.ts';
import { exchangeOf } from '../http/exchange.ts';
import type { RateLimit } from './rate-limit.ts';
import { readRequestToken } from './request-token.ts';

export interface IdentifyCallerOptions {
  readonly tokens: TokenVerifier;
  /** Absent or null: no limit on requests per token. */
  readonly rateLimit?: RateLimit | null;
  /** Whether a browser's cookie is accepted if a request has no bearer token. */
  readonly cookies?: boolean;
}

/**
 * Verifies the bearer token or the cookie, and stores the caller on the current exchange. Sets Cache-Control
 * to `no-store`; a handler may set another value later.
 * @throws PortError `unauthenticated` if there is no valid token.
 * @throws HttpError `invalid_header` for two Authorization headers, `csrf` if a cookie lacks the CSRF header,
 * `rate_limited` after too many requests, or while too many are open.
 */
export async function identifyCaller(
  ctx: Context,
  { tokens, rateLimit, cookies = false }: IdentifyCallerOptions,
): Promise<Caller> {
  ctx.res.setHeader('Cache-Control', 'no-store');
  const { token, signedInAt } = readRequestToken(ctx, cookies);
  const caller = await tokens.verify(token);
  // The caller is set before the rate limit is checked, so that the log names the user of a refused request.
  const exchange = exchangeOf(ctx);
  exchange.caller = caller;
  exchange.token = token;
  exchange.signedInAt = signedInAt;
  exchange.openRequests.begin(token, caller.userId, ctx.res);
  // Before the rate limit: refusals take time too, so they also come one after another.
  await exchange.userPace.beginRequest(caller.userId, ctx.res);
  await rateLimit?.count(token);
  return caller;
}

/**
 * Counts the calls of a JSON-RPC batch after its first one, which `identifyCaller` has counted.
 * @throws HttpError `rate_limited`. Then no call of the batch may run.
 */
export async function countFurtherCalls(
  ctx: Context,
  { rateLimit }: Pick<IdentifyCallerOptions, 'rateLimit'>,
  calls: number,
): Promise<void> {
  const { token, caller, userPace } = exchangeOf(ctx);
  if (token === null || caller === null) return;
  await rateLimit?.count(token, calls);
  await userPace.beginRequest(caller.userId, ctx.res, calls);
}
