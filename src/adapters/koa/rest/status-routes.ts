import type { Context, Middleware } from 'koa';
import { storageUnavailable } from '../../../ports/errors.ts';
import type { Scope } from '../../../ports/tokens/token-verifier.ts';
import { exchangeOf } from '../http/exchange.ts';
import { methodNotAllowed } from '../http/http-error.ts';
import { PROTECTED_RESOURCE_PATH, publicBaseUrl } from '../http/public-url.ts';
import { BASE_PATH } from './routes.ts';

export interface StatusRoutesOptions {
  readonly name: string;
  readonly version: string;
  /** Resolves while the server can do its work. */
  readonly ping: () => Promise<void>;
  readonly publicUrl?: string | null;
  /** Further addresses that `GET /` tells of, by what they are. */
  readonly links?: { readonly [what: string]: string };
  /** Paths that take bearer tokens. */
  readonly protectedResources?: readonly string[];
  /** Issuers of people's tokens. */
  readonly authorizationServers?: readonly string[];
  /** The public keys that this server's tokens can be checked by (RFC 7517); absent: nothing is published. */
  readonly jwks?: () => object;
  /** What the API is, for programs (OpenAPI). */
  readonly openApi: () => object;
}

/** Where tokens are taken, unless the host says otherwise. */
export const PROTECTED_RESOURCES: readonly string[] = [BASE_PATH, '/mcp'];

const ALLOWED = 'GET, HEAD, OPTIONS';
const SCOPES = ['agent', 'dashboard'] as const satisfies Scope[];

export const JWKS_PATH = '/.well-known/jwks.json';

export const OPENAPI_PATH = '/openapi.json';

/** Verifiers ask rarely, and notice a key that is new after this long. */
const JWKS_CACHE_CONTROL = 'public, max-age=300';

/** A probe that gets no answer is repeated; one that hangs tells nobody anything. */
const READY_TIMEOUT_MS = 3_000;

/** What the server says about itself, to anyone: no token is needed. */
export function statusRoutes(options: StatusRoutesOptions): Middleware {
  const { ping, jwks, publicUrl = null, protectedResources = PROTECTED_RESOURCES } = options;
  const pages = new Map<string, (ctx: Context) => object | Promise<object>>([
    ['/', () => describe(options)],
    ['/health', () => ({ status: 'ok' })],
    ['/ready', readiness(ping)],
    [OPENAPI_PATH, options.openApi],
  ]);
  if (jwks !== undefined) pages.set(JWKS_PATH, (ctx) => published(ctx, jwks()));
  for (const resource of ['', ...protectedResources]) {
    const metadata = (ctx: Context) => ({
      resource: publicBaseUrl(ctx, publicUrl) + resource,
      bearer_methods_supported: ['header'],
      scopes_supported: SCOPES,
      ...(options.authorizationServers && { authorization_servers: options.authorizationServers }),
    });
    pages.set(PROTECTED_RESOURCE_PATH + resource, metadata);
  }

  return async (ctx, next) => {
    const page = pages.get(ctx.path);
    if (page === undefined) return next();
    exchangeOf(ctx).routePath = ctx.path;
    if (ctx.method === 'OPTIONS') {
      ctx.set('Allow', ALLOWED);
      ctx.status = 204;
      return;
    }
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw methodNotAllowed(ALLOWED);
    ctx.set('Cache-Control', 'no-store');
    ctx.body = await page(ctx);
  };
}

const describe = ({ name, version, links }: StatusRoutesOptions): object => ({
  name,
  version,
  links: { api: BASE_PATH, openapi: OPENAPI_PATH, health: '/health', ready: '/ready', ...links },
});

function published(ctx: Context, keys: object): object {
  ctx.set('Content-Type', 'application/jwk-set+json');
  ctx.set('Cache-Control', JWKS_CACHE_CONTROL);
  return keys;
}

/** Probes keep coming while one hangs: they share its question, so that they take no connections from others. */
function readiness(ping: () => Promise<void>): () => Promise<object> {
  let underWay: Promise<void> | null = null;
  const asked = async (): Promise<void> => {
    try {
      await ping();
    } finally {
      underWay = null;
    }
  };
  return async () => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no answer within ${READY_TIMEOUT_MS} ms`)), READY_TIMEOUT_MS);
    try {
      underWay ??= asked();
      await Promise.race([underWay, late]);
    } catch (cause) {
      throw storageUnavailable(cause);
    } finally {
      clearTimeout(timer);
    }
    return { status: 'ok' };
  };
}
