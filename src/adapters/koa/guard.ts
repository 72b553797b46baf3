import cors from '@koa/cors';
import type { Context, Middleware } from 'koa';
import { timesSent } from './authenticate.ts';
import { HttpError, repeatedHeader } from './http-error.ts';

export interface GuardOptions {
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
export function guard({ allowedHosts = [], corsOrigins = [], publicUrl = null }: GuardOptions): Middleware {
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
    if (!PROBES.has(ctx.path) && !hosts.has(host) && !hosts.has(withoutPort(host))) {
      throw new HttpError('forbidden_host', 'The Host header names a host this server does not answer to');
    }
    if (origins.size > 0) ctx.vary('Origin');
    const { origin } = ctx.req.headers;
    if (origin === undefined || isOwn(origin, host) || origin === home?.origin) return next();
    if (origins.has(lowerCase(origin))) return withCors(ctx, next);
    throw new HttpError('forbidden_origin', 'Pages of this origin may not call this server');
  };
}

/** Empty where HTTP/1.0 sent none, which its clients may. */
function oneHost({ req }: Context): string {
  if (timesSent(req, 'host') > 1) throw repeatedHeader('Host');
  const { host } = req.headers;
  if (host === undefined && req.httpVersion === '1.1') {
    throw new HttpError('invalid_header', 'HTTP/1.1 needs a Host header');
  }
  return lowerCase(host ?? '');
}

const lowerCase = (text: string): string => text.trim().toLowerCase();

const withoutPort = (host: string): string => host.replace(/:\d+$/, '');

const isOwn = (origin: string, host: string): boolean =>
  origin === `http://${host}` || origin === `https://${host}`;
