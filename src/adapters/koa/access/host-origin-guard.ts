import type { IncomingMessage } from 'node:http';
import cors from '@koa/cors';
import type { Context, Middleware } from 'koa';
import { HttpError, repeatedHeader } from '../http/http-error.ts';
import { countHeader } from './request-token.ts';

export interface HostAndOriginOptions {
  /** Names, or names with a port, that the server may be called by besides the loopback ones. */
  readonly allowedHosts?: readonly string[];
  /** Origins of other sites whose pages may call. */
  readonly corsOrigins?: readonly string[];
  /** Its host and origin are allowed, too. */
  readonly publicUrl?: string | null;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Probes call by whatever address they know. */
const PROBES = new Set(['/health', '/ready']);

const EXPOSED = ['X-Request-Id', 'Retry-After', 'WWW-Authenticate', 'Link', 'Mcp-Session-Id'];

/**
 * Keeps pages of other sites out. A page whose name resolves to this machine (DNS rebinding) is same-origin
 * to its browser, but cannot hide its name from the Host header; any other page has its Origin header.
 */
export function guardHostAndOrigin({ allowedHosts = [], corsOrigins = [], publicUrl = null }: HostAndOriginOptions): Middleware {
  const home = publicUrl === null ? null : new URL(publicUrl);
  const hosts = new Set([...LOOPBACK, ...allowedHosts, ...(home === null ? [] : [home.host])].map(lowerCase));
  const origins = new Set(corsOrigins.map((origin) => lowerCase(origin).replace(/\/$/, '')));
  const withCors = cors({
    origin: (ctx) => ctx.get('Origin'),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposeHeaders: EXPOSED,
    maxAge: 600,
    // Problems are rendered further out, on the same response: nothing has to travel on the error.
    keepHeadersOnError: false,
  });

  return (ctx, next) => {
    const host = oneHost(ctx);
    if (!PROBES.has(ctx.path) && !hosts.has(host) && !hosts.has(nameOf(host))) {
      throw new HttpError(
        'forbidden_host',
        'The Host header names a host this server does not answer to; ALLOWED_HOSTS or PUBLIC_URL adds it',
      );
    }
    if (origins.size > 0) ctx.vary('Origin');
    const { origin } = ctx.req.headers;
    const isOurs = origin === undefined ? !isForeignPart(ctx.req) : isOwn(origin, host, home);
    if (isOurs) return next();
    if (origin !== undefined && origins.has(lowerCase(origin))) return withCors(ctx, next);
    throw new HttpError('forbidden_origin', 'Pages of this origin may not call this server');
  };
}

/** Empty where HTTP/1.0 sent none, which its clients may. */
function oneHost({ req }: Context): string {
  if (countHeader(req, 'host') > 1) throw repeatedHeader('Host');
  const { host } = req.headers;
  if (host === undefined && req.httpVersion === '1.1') {
    throw new HttpError('invalid_header', 'HTTP/1.1 needs a Host header');
  }
  return lowerCase(host ?? '');
}

const lowerCase = (text: string): string => text.toLowerCase();

/** A host without its port; empty for what is no host at all. */
const nameOf = (host: string): string => /^(\[[\da-f:.]+\]|[^:[\]]*)(?::\d{1,5})?$/.exec(host)?.[1] ?? '';

/**
 * A proxy in front may speak https, so an origin with the host's name is the server's in either scheme; but not
 * where it is known to be https: a page under the same name that came in the clear may be anybody's work.
 */
function isOwn(origin: string, host: string, home: URL | null): boolean {
  if (origin === home?.origin || origin === `https://${host}`) return true;
  return origin === `http://${host}` && !(home?.protocol === 'https:' && home.host === host);
}

/**
 * Images, scripts and frames that another site's page asks for bear no Origin; browsers say by other headers
 * where they come from. Following a link to here is no such thing.
 */
function isForeignPart({ method, headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return false;
  const isLink = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return !(isLink && method === 'GET');
}
