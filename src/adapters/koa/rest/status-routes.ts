import type { Context, Middleware } from 'koa';
import { PortError, storageUnavailable } from '../../../ports/errors.ts';
import type { Scope } from '../../../ports/tokens/token-verifier.ts';
import { exchangeOf } from '../http/exchange.ts';
import { methodNotAllowed } from '../http/http-error.ts';
import {
  AUTHORIZATION_SERVER_PATH,
  basePathOf,
  PROTECTED_RESOURCE_PATH,
  publicBaseUrl,
} from '../http/public-url.ts';
import { BASE_PATH } from './route.ts';

export interface StatusRoutesOptions {
  readonly name: string;
  readonly version: string;
  /** Resolves if the database answers. */
  readonly ping: () => Promise<void>;
  readonly publicUrl?: string | null;
  /** Additional links in the response to `GET /`, by name. */
  readonly links?: { readonly [name: string]: string };
  /** Paths that accept bearer tokens. */
  readonly protectedResources?: readonly string[];
  /** Issuers of dashboard tokens, besides this server. */
  readonly authorizationServers?: readonly string[];
  /** Whether this server itself gives tokens over OAuth. Default: false. */
  readonly givesTokens?: boolean;
  /** Returns the public keys that verify this server's tokens (RFC 7517). Absent: no keys are published. */
  readonly jwks?: () => object;
  /** Returns the OpenAPI document. */
  readonly openApi: () => object;
}

/** The paths that accept bearer tokens by default. */
export const PROTECTED_RESOURCES: readonly string[] = [BASE_PATH, '/mcp'];

const ALLOWED_METHODS = 'GET, HEAD, OPTIONS';
const SCOPES = ['agent', 'dashboard'] as const satisfies Scope[];

/** Agents call it, so it needs no more than their scope. Clients ask for all scopes that are listed. */
const MCP_RESOURCE = '/mcp';
const MCP_SCOPES = ['agent'] as const satisfies Scope[];

export const JWKS_PATH = '/.well-known/jwks.json';

export const OPENAPI_PATH = '/openapi.json';

/** Programs that verify tokens may cache the keys for five minutes. Then they find a new key. */
const JWKS_CACHE_CONTROL = 'public, max-age=300';

/**
 * How long `/ready` waits for the database. A program that checks the server soon repeats a check that
 * failed, but it learns nothing from a check that hangs.
 */
const READY_TIMEOUT_MS = 3_000;

/**
 * Serves the endpoints about the server itself: links, health, OpenAPI, token metadata and keys. They need no
 * token.
 */
export function statusRoutes(options: StatusRoutesOptions): Middleware {
  const { ping, jwks, publicUrl = null, protectedResources = PROTECTED_RESOURCES } = options;
  const basePath = basePathOf(publicUrl);
  const endpoints = new Map<string, (ctx: Context) => object | Promise<object>>([
    ['/', () => describe(options, basePath)],
    ['/health', () => ({ status: 'ok' })],
    ['/ready', checkReadiness(ping)],
    [OPENAPI_PATH, options.openApi],
  ]);
  if (jwks !== undefined) endpoints.set(JWKS_PATH, (ctx) => publishKeys(ctx, jwks()));
  for (const resource of ['', ...protectedResources]) {
    const metadata = (ctx: Context) => {
      const issuers = issuersFor(resource, publicBaseUrl(ctx, publicUrl), options);
      return {
        resource: publicBaseUrl(ctx, publicUrl) + resource,
        bearer_methods_supported: ['header'],
        scopes_supported: resource === MCP_RESOURCE ? MCP_SCOPES : SCOPES,
        ...(issuers.length > 0 && { authorization_servers: issuers }),
      };
    };
    endpoints.set(PROTECTED_RESOURCE_PATH + resource, metadata);
    // Where RFC 9728 looks for it, if the proxy passes this path on.
    endpoints.set(PROTECTED_RESOURCE_PATH + basePath + resource, metadata);
  }

  return async (ctx, next) => {
    const endpoint = endpoints.get(ctx.path);
    if (endpoint === undefined) return next();
    exchangeOf(ctx).routePath = ctx.path;
    if (ctx.method === 'OPTIONS') {
      ctx.set('Allow', ALLOWED_METHODS);
      ctx.status = 204;
      return;
    }
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw methodNotAllowed(ALLOWED_METHODS);
    ctx.set('Cache-Control', 'no-store');
    ctx.body = await endpoint(ctx);
  };
}

/** Returns the issuers whose tokens are good at a resource. Those of others are for people only. */
function issuersFor(
  resource: string,
  baseUrl: string,
  { givesTokens = false, authorizationServers = [] }: StatusRoutesOptions,
): readonly string[] {
  if (!givesTokens) return authorizationServers;
  const own = baseUrl + AUTHORIZATION_SERVER_PATH;
  return resource === MCP_RESOURCE ? [own] : [own, ...authorizationServers];
}

function describe({ name, version, links }: StatusRoutesOptions, basePath: string): object {
  const paths = { api: BASE_PATH, openapi: OPENAPI_PATH, health: '/health', ready: '/ready', ...links };
  const withBasePath = Object.entries(paths).map(([link, path]) => [link, basePath + path]);
  return { name, version, links: Object.fromEntries(withBasePath) };
}

function publishKeys(ctx: Context, keys: object): object {
  ctx.set('Content-Type', 'application/jwk-set+json');
  ctx.set('Cache-Control', JWKS_CACHE_CONTROL);
  return keys;
}

/**
 * Creates the handler of `/ready`. Probes that arrive during a ping share that ping, so that together they
 * use one database connection.
 */
function checkReadiness(ping: () => Promise<void>): () => Promise<object> {
  let currentPing: Promise<void> | null = null;
  const runPing = async (): Promise<void> => {
    try {
      await ping();
    } finally {
      currentPing = null;
    }
  };
  return async () => {
    const { promise: timeout, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${READY_TIMEOUT_MS} ms`)),
      READY_TIMEOUT_MS,
    );
    try {
      currentPing ??= runPing();
      await Promise.race([currentPing, timeout]);
    } catch (cause) {
      throw cause instanceof PortError ? cause : storageUnavailable(cause);
    } finally {
      clearTimeout(timer);
    }
    return { status: 'ok' };
  };
}
