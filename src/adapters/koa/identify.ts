import type { Context } from 'koa';
import type { Caller, TokenVerifier } from '../../ports/token-verifier.ts';
import { bearerToken } from './authenticate.ts';
import { exchangeOf } from './exchange.ts';

/**
 * Finds out who calls, by the bearer token, and notes it on the exchange that `ctx` is in.
 * @throws PortError `unauthenticated`, HttpError `invalid_header`.
 */
export function identify(ctx: Context, tokens: TokenVerifier): Caller | Promise<Caller> {
  const note = (caller: Caller): Caller => {
    exchangeOf(ctx).caller = caller;
    return caller;
  };
  const verified = tokens.verify(bearerToken(ctx));
  return isPromise(verified) ? verified.then(note) : note(verified);
}

const isPromise = (verified: Caller | Promise<Caller>): verified is Promise<Caller> => 'then' in verified;
