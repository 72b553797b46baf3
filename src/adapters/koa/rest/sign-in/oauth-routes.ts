import type { Context, Middleware } from 'koa';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { isAuthorizationMetadataPath } from '../../http/error-format.ts';
import { type ExchangeSettings, exchangeOf, runExchange } from '../../http/exchange.ts';
import { HttpError, methodNotAllowed, notFound } from '../../http/http-error.ts';
import { AUTHORIZATION_SERVER_PATH, basePathOf, publicBaseUrl } from '../../http/public-url.ts';
import type { AddressedRequest } from './access-request-routes.ts';

/** Answers the requests of OAuth itself, by writing to `res`. */
export interface OAuthServer {
  /** @param url the path below `/oauth`, with its query. */
  serve(request: AddressedRequest, url: string): Promise<void>;
}

export interface OAuthRoutesOptions extends ExchangeSettings {
  readonly oauthServer: OAuthServer;
  /** Other limits than the usual ones. */
  readonly oauthLimits?: Partial<OAuthLimits>;
}

/** How many requests of one address are answered in a minute. */
export interface OAuthLimits {
  readonly register: number;
  readonly authorize: number;
  readonly device: number;
  /** Exchanging codes and refresh tokens, and giving them back. */
  readonly token: number;
}

const LIMITS: OAuthLimits = { register: 20, authorize: 120, device: 60, token: 600 };

const METADATA = '/.well-known/oauth-authorization-server';

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  /** Null: the route has no limit of its own. */
  readonly limit: keyof OAuthLimits | null;
}

const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/authorize$/, limit: 'authorize' },
  { method: 'GET', path: /^\/authorize\/[^/]+$/, limit: null },
  { method: 'GET', path: /^\/jwks$/, limit: null },
  { method: 'GET', path: /^\/register\/[^/]+$/, limit: null },
  { method: 'GET', path: /^\/\.well-known\/(oauth-authorization-server|openid-configuration)$/, limit: null },
  { method: 'POST', path: /^\/register$/, limit: 'register' },
  { method: 'POST', path: /^\/device\/authorize$/, limit: 'device' },
  { method: 'POST', path: /^\/token$/, limit: 'token' },
  { method: 'POST', path: /^\/revoke$/, limit: 'token' },
];

const USER_CODE = /^[A-Za-z-]{8,9}$/;

/**
 * Passes requests to the authorization server. Who has no token yet cannot be told apart, so the limits are
 * those of an address. Behind a proxy all senders have one address.
 */
export function oauthRoutes(options: OAuthRoutesOptions): Middleware {
  const { oauthServer, publicUrl = null } = options;
  const basePath = basePathOf(publicUrl);
  const limits = { ...LIMITS, ...options.oauthLimits };
  const limiters = new Map(
    Object.entries(limits).map(([name, points]) => [name, new RateLimiterMemory({ points, duration: 60 })]),
  );

  async function handleRequest(ctx: Context): Promise<void> {
    const path = pathBelow(ctx.path, basePath);
    if (path === '/device') return openDevicePage(ctx, basePath);
    const found = ROUTES.filter((route) => route.path.test(path));
    if (found.length === 0) throw notFound();
    const route = found.find(({ method }) => method === ctx.method);
    if (route === undefined) throw methodNotAllowed(found.map(({ method }) => method).join(', '));
    exchangeOf(ctx).routePath = AUTHORIZATION_SERVER_PATH + path.replace(/(?<=^\/\w+\/).*/, ':id');
    await limiters
      .get(route.limit ?? '')
      ?.consume(ctx.req.socket.remoteAddress ?? '')
      .catch(throwRateLimited);
    // Without this, Koa would write to the response as well, or replace it by a 404.
    ctx.respond = false;
    try {
      await oauthServer.serve(
        { req: ctx.req, res: ctx.res, baseUrl: publicBaseUrl(ctx, publicUrl) },
        path + ctx.search,
      );
    } catch (error) {
      ctx.respond = !ctx.headerSent;
      throw error;
    }
  }

  return (ctx, next) =>
    isOAuthPath(ctx.path) ? runExchange(ctx, options, () => handleRequest(ctx)) : next();
}

const isOAuthPath = (path: string): boolean =>
  path.startsWith(`${AUTHORIZATION_SERVER_PATH}/`) || isAuthorizationMetadataPath(path);

/**
 * Returns the path below the authorization server. Clients look for its metadata at several places: RFC 8414
 * puts the path of the issuer behind the well-known part, OpenID puts it before, and older clients of MCP
 * leave it out.
 */
function pathBelow(path: string, basePath: string): string {
  if (!isAuthorizationMetadataPath(path)) return path.slice(AUTHORIZATION_SERVER_PATH.length);
  const issuerPath = path.replace(/\/\.well-known\/[^/]+/, '');
  const isOurs = ['', basePath, AUTHORIZATION_SERVER_PATH, basePath + AUTHORIZATION_SERVER_PATH].includes(
    issuerPath,
  );
  if (!isOurs) throw notFound();
  return METADATA;
}

/** Opens the page on which a person types in the code that a device shows. */
function openDevicePage(ctx: Context, basePath: string): void {
  exchangeOf(ctx).routePath = `${AUTHORIZATION_SERVER_PATH}/device`;
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw methodNotAllowed('GET, HEAD');
  const { user_code: code } = ctx.query;
  const isCode = typeof code === 'string' && USER_CODE.test(code);
  ctx.redirect(`${basePath}/#/device${isCode ? `/${code}` : ''}`);
}

function throwRateLimited(refusal: RateLimiterRes | Error): never {
  if (refusal instanceof Error) throw refusal;
  const seconds = String(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)));
  throw new HttpError('rate_limited', `Too many requests from this address; try again in ${seconds} s`, {
    'Retry-After': seconds,
  });
}
