import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa, { type Middleware } from 'koa';

/**
 * Turns middleware into a node:http request listener, for a host application without Koa. The host must not
 * read the request bodies. A request that no middleware answers gets a 404.
 */
export function nodeListener(
  ...middlewares: readonly Middleware[]
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const app = new Koa();
  for (const middleware of middlewares) app.use(middleware);
  // The middleware logs its own failures; Koa would only log clients that have disconnected.
  app.silent = true;
  return app.callback();
}
