import type { Middleware } from 'koa';

/**
 * Removes the path of PUBLIC_URL from the path of each request, so that all routes are declared without it.
 * Some proxies have removed it already; their requests stay as they are.
 * @param basePath such as `/agents`
 */
export function removeBasePath(basePath: string): Middleware {
  const prefix = `${basePath}/`;
  return (ctx, next) => {
    const { path } = ctx;
    if (path === basePath || path.startsWith(prefix)) ctx.path = path.slice(basePath.length) || '/';
    return next();
  };
}
