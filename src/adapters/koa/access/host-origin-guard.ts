import type { IncomingMessage } from 'node:http';
import cors from '@koa/cors';
import type { Context, Middleware } from 'koa';
import { isAuthorizationMetadataPath } from '../http/error-format.ts';
import { HttpError, repeatedHeader } from '../http/http-error.ts';
import { AUTHORIZATION_SERVER_PATH, PROTECTED_RESOURCE_PATH } from '../http/public-url.ts';
import { acceptHosts } from './accepted-hosts.ts';
import { countHeader } from './request-token.ts';

export interface HostAndOriginOptions {
  /** Host names, with or without a port, that the server accepts besides the loopback ones. */
  readonly allowedHosts?: readonly string[];
  /** Origins of other sites whose pages may call the server. */
  readonly corsOrigins?: readonly string[];
  /** The server's own address. Its host and origin are allowed as well. */
  readonly publicUrl?: string | null;
}

/** The Host header is not checked at these paths, because health probes may use any address of the server. */
const PROBE_PATHS = new Set(['/health', '/ready']);

const EXPOSED_HEADERS = ['X-Request-Id', 'Retry-After', 'WWW-Authenticate', 'Link', 'Mcp-Session-Id'];

/**
 * Refuses requests that pages of other sites make. The Origin header of a request shows the site of the page.
 * If the host name of that site resolves to this machine (DNS rebinding), the browser treats the request as
 * same-origin, so the Host header is checked too.
 * @throws HttpError `forbidden_host`, `forbidden_origin`, or `invalid_header` for a missing or repeated Host.
 */
export function guardHostAndOrigin({
  allowedHosts = [],
  corsOrigins = [],
  publicUrl = null,
}: HostAndOriginOptions): Middleware {
  const ownUrl = publicUrl === null ? null : new URL(publicUrl);
  const isAcceptedHost = acceptHosts([...allowedHosts, ...(ownUrl === null ? [] : [ownUrl.host])]);
  const allowedOrigins = new Set(corsOrigins.map((origin) => lowerCase(origin).replace(/\/$/, '')));
  const addCorsHeaders = cors({
    origin: (ctx) => ctx.get('Origin'),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 600,
    // Not needed: an error is sent on the same response object, which has the CORS headers already.
    keepHeadersOnError: false,
  });

  return (ctx, next) => {
    const host = readHost(ctx);
    if (!PROBE_PATHS.has(ctx.path) && !isAcceptedHost(host)) {
      throw new HttpError(
        'forbidden_host',
        'This server does not accept the host in the Host header; add it to ALLOWED_HOSTS or PUBLIC_URL',
      );
    }
    if (isOpenToAllOrigins(ctx.path)) return answerAnyOrigin(ctx, next);
    if (allowedOrigins.size > 0) ctx.vary('Origin');
    const { origin } = ctx.req.headers;
    const isSameOrigin =
      origin === undefined ? !isSubresourceOfOtherSite(ctx.req) : isOwnOrigin(origin, host, ownUrl);
    if (isSameOrigin) return next();
    if (origin !== undefined && allowedOrigins.has(lowerCase(origin))) return addCorsHeaders(ctx, next);
    throw new HttpError('forbidden_origin', 'Pages of this origin may not call this server');
  };
}

/** Returns the Host header in lower case, or an empty text for an HTTP/1.0 request that has none. */
function readHost({ req }: Context): string {
  if (countHeader(req, 'host') > 1) throw repeatedHeader('Host');
  const { host } = req.headers;
  if (host === undefined && req.httpVersion === '1.1') {
    throw new HttpError('invalid_header', 'HTTP/1.1 needs a Host header');
  }
  return lowerCase(host ?? '');
}

const lowerCase = (text: string): string => text.toLowerCase();

/**
 * Returns whether an origin is this server's own. The host is accepted with http and with https, because a
 * proxy in front may use https. If PUBLIC_URL has https, http is refused: anyone on the network can forge a
 * page that is not encrypted.
 */
function isOwnOrigin(origin: string, host: string, ownUrl: URL | null): boolean {
  if (origin === ownUrl?.origin || origin === `https://${host}`) return true;
  return origin === `http://${host}` && !(ownUrl?.protocol === 'https:' && ownUrl.host === host);
}

/**
 * Returns whether a page of another site makes this request, for example for an image, a script or a frame.
 * These requests have no Origin header, but browsers send Sec-Fetch-* headers with them. A link that a person
 * follows to this server is allowed.
 */
function isSubresourceOfOtherSite({ method, headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return false;
  const isLink = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return !(isLink && method === 'GET');
}

/**
 * The routes at which programs in browsers sign in over OAuth. Their requests are worth nothing without a
 * code or a token, which only the program has, and cookies play no part.
 */
const OPEN_PATHS = [
  `${AUTHORIZATION_SERVER_PATH}/token`,
  `${AUTHORIZATION_SERVER_PATH}/register`,
  `${AUTHORIZATION_SERVER_PATH}/revoke`,
  `${AUTHORIZATION_SERVER_PATH}/jwks`,
  `${AUTHORIZATION_SERVER_PATH}/device/authorize`,
];

const isOpenToAllOrigins = (path: string): boolean =>
  OPEN_PATHS.includes(path) || isAuthorizationMetadataPath(path) || path.startsWith(PROTECTED_RESOURCE_PATH);

async function answerAnyOrigin(ctx: Context, next: () => Promise<void>): Promise<void> {
  ctx.set('Access-Control-Allow-Origin', '*');
  ctx.set('Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After');
  if (ctx.method !== 'OPTIONS' || ctx.get('Access-Control-Request-Method') === '') return next();
  ctx.set('Access-Control-Allow-Methods', 'GET, POST');
  ctx.set('Access-Control-Allow-Headers', 'Authorization, Content-Type, MCP-Protocol-Version');
  ctx.set('Access-Control-Max-Age', '600');
  ctx.status = 204;
}
