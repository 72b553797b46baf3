import { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { UserExport } from '../../../application/admin/user-export.ts';
import type { Dispatch } from '../../../application/dispatch/dispatch.ts';
import type { LiveFeed } from '../../../application/live/live-feed.ts';
import { type IdentifyCallerOptions, identifyCaller } from '../access/identify-caller.ts';
import { type ExchangeSettings, runExchange } from '../http/exchange.ts';
import { methodNotAllowed, notFound } from '../http/http-error.ts';
import { EXPORT_PATH, exportHandler } from './export-route.ts';
import { HOOK_PATH, type HookReceiver, hookHandler } from './hook-route.ts';
import { BASE_PATH } from './route.ts';
import { routeHandler } from './route-handler.ts';
import { ROUTES } from './routes.ts';
import { STREAM_ROUTES, streamHandler } from './stream-routes.ts';

export interface RestApiOptions extends ExchangeSettings, IdentifyCallerOptions {
  readonly dispatch: Dispatch;
  /** Absent or null: the API has no streams. */
  readonly live?: LiveFeed | null;
  /** Absent or null: the API has no export. */
  readonly userExport?: UserExport | null;
  /** Absent or null: the API takes no events of coding agents. */
  readonly hooks?: HookReceiver | null;
}

const PATH_PREFIX = `${BASE_PATH}/`;

/**
 * Creates the REST API as one middleware for any Koa application. It answers every path under `/api/v1`,
 * errors included, and leaves other paths to `next`.
 */
export function restApi(options: RestApiOptions): Middleware {
  const router = new Router({ prefix: BASE_PATH, sensitive: true });
  for (const route of ROUTES) {
    const handle = routeHandler(route, options);
    const handleOwnMethod = (ctx: Context): Promise<void> => {
      // The router accepts HEAD on every GET route. But HEAD on a route that hands over messages would lose
      // these messages.
      if (ctx.method !== route.method && !route.isSafe) throw methodNotAllowed(allowedMethodsAt(ctx));
      return handle(ctx);
    };
    router.register(route.path, [route.method], handleOwnMethod);
  }
  const { live = null, userExport = null, hooks = null } = options;
  for (const route of live === null ? [] : STREAM_ROUTES) {
    router.register(route.path, ['GET'], streamHandler(route, live!));
  }
  if (userExport !== null) router.register(EXPORT_PATH, ['GET'], exportHandler(userExport));
  if (hooks !== null) router.register(HOOK_PATH, ['POST'], hookHandler(hooks));
  const runRouter = router.routes();

  /**
   * Checks the token first. A caller without a valid token, or over the rate limit, cannot make the server
   * read a body, and does not learn which paths exist.
   */
  const handleRequest = async (ctx: Context): Promise<void> => {
    await identifyCaller(ctx, options);
    await runRouter(ctx as Parameters<typeof runRouter>[0], async () => handleUnmatched(ctx));
  };

  return (ctx, next) => {
    const { path } = ctx;
    if (!path.startsWith(PATH_PREFIX) && path !== BASE_PATH) return next();
    return runExchange(ctx, options, handleRequest);
  };
}

const ALLOWED_METHODS_BY_PATH = new Map<string, string>();
for (const { path } of ROUTES) {
  const methods = ROUTES.filter((route) => route.path === path).flatMap(({ method, isSafe }) =>
    isSafe ? [method, 'HEAD'] : [method],
  );
  ALLOWED_METHODS_BY_PATH.set(BASE_PATH + path, [...methods, 'OPTIONS'].join(', '));
}

for (const path of [...STREAM_ROUTES.map(({ path }) => path), EXPORT_PATH]) {
  ALLOWED_METHODS_BY_PATH.set(BASE_PATH + path, 'GET, HEAD, OPTIONS');
}

ALLOWED_METHODS_BY_PATH.set(BASE_PATH + HOOK_PATH, 'POST, OPTIONS');

/**
 * Returns the Allow header for this path, or an empty text if the API has no such path. `matched` lists the
 * routes whose path matches, possibly also routes of the host application's own routers.
 */
const allowedMethodsAt = ({ matched }: Context): string => {
  const paths: { path: string | RegExp }[] = matched ?? [];
  return (
    paths
      .map(({ path }) => ALLOWED_METHODS_BY_PATH.get(String(path)))
      .find((methods) => methods !== undefined) ?? ''
  );
};

function handleUnmatched(ctx: Context): void {
  const allowed = allowedMethodsAt(ctx);
  if (allowed === '') throw notFound();
  if (ctx.method !== 'OPTIONS') throw methodNotAllowed(allowed);
  ctx.set('Allow', allowed);
  ctx.status = 204;
}
