import type { Context, Middleware } from 'koa';
import { insufficientScope, RequestError } from '../../../../application/errors.ts';
import type { UserId } from '../../../../domain/ids.ts';
import { PortError } from '../../../../ports/errors.ts';
import type { Caller } from '../../../../ports/tokens/token-verifier.ts';
import { type IdentifyCallerOptions, identifyCaller } from '../../access/identify-caller.ts';
import { sealSession } from '../../access/sealed-session.ts';
import { readBrowserSession, setSessionCookie } from '../../access/session-cookie.ts';
import { readJsonObject } from '../../body/json-body.ts';
import { type ExchangeSettings, exchangeOf, runExchange } from '../../http/exchange.ts';
import { methodNotAllowed } from '../../http/http-error.ts';
import { basePathOf } from '../../http/public-url.ts';
import { BASE_PATH } from '../route.ts';
import { PROVIDER_SIGN_IN_PATH } from './provider-sign-in-routes.ts';

/** Exchanges sign-in codes for tokens, and revokes tokens at sign-out. */
export interface SignIn {
  /**
   * Returns the token for a one-time code.
   * @throws PortError `unauthenticated` if the code is unknown, used or expired.
   */
  redeem(code: string): Promise<string>;
  /** Revokes the token of a browser that signs out, if the token was made for that browser. */
  signOut(userId: UserId, token: string): Promise<void>;
}

export interface SignInOptions extends ExchangeSettings, IdentifyCallerOptions {
  readonly signIn: SignIn;
  /**
   * The command of the server's command line as its operator types it. The page shows it to people who cannot
   * sign in. Default: null, there is none.
   */
  readonly command?: string | null;
  /** Whether people can sign in at an identity provider. Default: false. */
  readonly hasIdentityProvider?: boolean;
}

export const SESSION_PATH = `${BASE_PATH}/auth/session`;
export const SIGN_IN_OPTIONS_PATH = `${BASE_PATH}/auth/options`;
export const MAX_SIGN_IN_BYTES = 16 * 1024;
/** The lifetime of a cookie whose token never expires: the longest lifetime that browsers allow. */
const MAX_COOKIE_MS = 400 * 24 * 60 * 60 * 1000;

/**
 * Signs browsers in and out. A browser sends a one-time code or a token once, and gets the two parts of a
 * session: a cookie that no script can read, and a text that the page keeps. Both are needed for each
 * request. The session contains the token, so both end together.
 */
export function signInRoutes(options: SignInOptions): Middleware {
  const { signIn, tokens, publicUrl = null, command = null, hasIdentityProvider = false } = options;
  const path = basePathOf(publicUrl) || '/';
  const scopeOfCookie = (ctx: Context) => ({
    secure: ctx.secure || publicUrl?.startsWith('https:') === true,
    path,
  });

  async function signInBrowser(ctx: Context): Promise<void> {
    const body = await readJsonObject(ctx, { maxBytes: MAX_SIGN_IN_BYTES, mayBeEmpty: false });
    const { code, token: pastedToken } = body as { code?: unknown; token?: unknown };
    if ((typeof code === 'string') === (typeof pastedToken === 'string')) {
      throw new RequestError('invalid_input', 'give either code or token');
    }
    const token = typeof code === 'string' ? await signIn.redeem(code) : (pastedToken as string).trim();
    const caller = await tokens.verify(token);
    if (!caller.scopes.includes('dashboard')) throw insufficientScope(['dashboard']);
    const expiresAt = caller.expiresAt ?? new Date(Date.now() + MAX_COOKIE_MS);
    const { key, sealed } = sealSession({ token, signedInAt: new Date() });
    setSessionCookie(ctx, { key, expiresAt, ...scopeOfCookie(ctx) });
    ctx.body = { ...wireSignedInPerson(caller), session: sealed };
  }

  async function signOutBrowser(ctx: Context): Promise<void> {
    const session = readBrowserSession(ctx);
    if (session !== null) await revokeToken(ctx, session.token);
    setSessionCookie(ctx, { key: '', expiresAt: new Date(0), ...scopeOfCookie(ctx) });
    ctx.status = 204;
  }

  /** Revokes the browser's token. Does nothing if the token is no longer valid. */
  async function revokeToken(ctx: Context, token: string): Promise<void> {
    try {
      const { userId } = await identifyCaller(ctx, options);
      await signIn.signOut(userId, token);
    } catch (error) {
      if (!(error instanceof PortError) || error.code !== 'unauthenticated') throw error;
    }
  }

  const handleRequest = async (ctx: Context): Promise<void> => {
    exchangeOf(ctx).routePath = ctx.path;
    ctx.set('Cache-Control', 'no-store');
    if (ctx.path === SIGN_IN_OPTIONS_PATH) {
      if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw methodNotAllowed('GET, HEAD');
      const identity_provider = hasIdentityProvider ? { sign_in_path: PROVIDER_SIGN_IN_PATH } : null;
      ctx.body = { identity_provider, command };
    } else if (ctx.method === 'POST') await signInBrowser(ctx);
    else if (ctx.method === 'DELETE') await signOutBrowser(ctx);
    else throw methodNotAllowed('POST, DELETE');
  };

  return (ctx, next) =>
    ctx.path === SESSION_PATH || ctx.path === SIGN_IN_OPTIONS_PATH
      ? runExchange(ctx, options, handleRequest)
      : next();
}

const wireSignedInPerson = ({ userId, displayName, email, expiresAt }: Caller) => ({
  success: true,
  user_id: userId,
  display_name: displayName,
  email,
  expires_at: expiresAt?.toISOString() ?? null,
});
