import type { Context, Middleware } from 'koa';
import type { UserId } from '../../../../domain/ids.ts';
import type { Logger } from '../../../../ports/runtime.ts';
import { sessionCookieName } from '../../access/session-cookie.ts';
import { type ExchangeSettings, exchangeOf, runExchange } from '../../http/exchange.ts';
import { methodNotAllowed } from '../../http/http-error.ts';
import { basePathOf, publicBaseUrl } from '../../http/public-url.ts';
import { BASE_PATH } from '../route.ts';

/** What has to be kept in the person's browser until the provider sends it back. */
export interface SignInAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Signs people in at an identity provider. */
export interface ProviderSignIn {
  begin(redirectUri: string): Promise<{ readonly url: URL; readonly attempt: SignInAttempt }>;
  /** @throws Error if the answer does not belong to the attempt, or the person was not signed in. */
  finish(answer: URL, attempt: SignInAttempt): Promise<UserId>;
  /** Makes a one-time code with which the page begins a session. */
  newCode(userId: UserId): Promise<string>;
}

export interface ProviderSignInOptions extends ExchangeSettings {
  readonly providerSignIn: ProviderSignIn;
  readonly logger: Logger;
}

export const PROVIDER_SIGN_IN_PATH = `${BASE_PATH}/auth/provider`;
export const PROVIDER_ANSWER_PATH = `${PROVIDER_SIGN_IN_PATH}/answer`;

/** The page then says that the provider did not sign the person in. */
const NOT_SIGNED_IN = '#not-signed-in';

/** A person may have to find a second factor. */
const ATTEMPT_LIFE_MS = 15 * 60 * 1000;

/**
 * Leads browsers to the identity provider and back. The page then begins its session with a one-time code, as
 * with a link that the server prints.
 */
export function providerSignInRoutes(options: ProviderSignInOptions): Middleware {
  const { providerSignIn, publicUrl = null, logger } = options;
  const basePath = basePathOf(publicUrl);
  const redirectUri = (ctx: Context) => publicBaseUrl(ctx, publicUrl) + PROVIDER_ANSWER_PATH;

  async function begin(ctx: Context): Promise<void> {
    const begun = await orNull(ctx, () => providerSignIn.begin(redirectUri(ctx)));
    if (begun === null) return ctx.redirect(`${basePath}/${NOT_SIGNED_IN}`);
    setAttemptCookie(ctx, JSON.stringify(begun.attempt), new Date(Date.now() + ATTEMPT_LIFE_MS));
    ctx.redirect(begun.url.href);
  }

  async function finish(ctx: Context): Promise<void> {
    const kept = ctx.cookies.get(attemptCookieName(ctx));
    setAttemptCookie(ctx, '', new Date(0));
    const code = await orNull(ctx, async () => {
      const attempt = JSON.parse(Buffer.from(kept ?? '', 'base64url').toString()) as SignInAttempt;
      const userId = await providerSignIn.finish(new URL(redirectUri(ctx) + ctx.search), attempt);
      return providerSignIn.newCode(userId);
    });
    ctx.redirect(`${basePath}/${code === null ? NOT_SIGNED_IN : `#code=${code}`}`);
  }

  /** People see the page, and read there what to do. The reason is for whoever runs the server. */
  async function orNull<Result>(ctx: Context, work: () => Promise<Result>): Promise<Result | null> {
    try {
      return await work();
    } catch (err) {
      logger.warn({ err, request_id: exchangeOf(ctx).requestId }, 'nobody was signed in by the provider');
      return null;
    }
  }

  /** The page is opened by a link of the provider, so a cookie with SameSite=Strict would not be sent. */
  function setAttemptCookie(ctx: Context, value: string, expires: Date): void {
    const secure = ctx.secure || publicUrl?.startsWith('https:') === true;
    ctx.cookies.secure = secure;
    ctx.cookies.set(attemptCookieName(ctx), Buffer.from(value).toString('base64url'), {
      ...{ httpOnly: true, sameSite: 'lax', overwrite: true, secure, expires },
      path: basePath + PROVIDER_SIGN_IN_PATH,
    });
  }

  const routes = new Map([
    [PROVIDER_SIGN_IN_PATH, begin],
    [PROVIDER_ANSWER_PATH, finish],
  ]);
  return (ctx, next) => {
    const route = routes.get(ctx.path);
    if (route === undefined) return next();
    return runExchange(ctx, options, async () => {
      exchangeOf(ctx).routePath = ctx.path;
      if (ctx.method !== 'GET') throw methodNotAllowed('GET');
      ctx.set('Cache-Control', 'no-store');
      await route(ctx);
    });
  };
}

/** Browsers send cookies to all ports of a host, so the name has the port, as that of the session has. */
const attemptCookieName = (ctx: Context): string => `${sessionCookieName(ctx.host)}_attempt`;
