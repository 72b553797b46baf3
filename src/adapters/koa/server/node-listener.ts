import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa, { type Middleware } from 'koa';

/**
 * The middleware for a host that is no Koa application: it hands over requests as node:http has them, their
 * bodies unread. What none of them answers is a 404.
 */
export function nodeListener(
  ...middlewares: readonly Middleware[]
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const app = new Koa();
  for (const middleware of middlewares) app.use(middleware);
  // They report their own failures; what is left is a client that went away.
  app.silent = true;
  return app.callback();
}
