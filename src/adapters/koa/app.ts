import Koa, { type Middleware } from 'koa';
import { exchange } from './exchange.ts';
import { type GuardOptions, guard } from './guard.ts';
import { notFound } from './http-error.ts';
import { type RestApiOptions, restApi } from './rest.ts';
import { securityHeaders } from './security-headers.ts';
import { type ServerStatusOptions, serverStatus } from './server-status.ts';

export interface AppOptions extends RestApiOptions, GuardOptions, ServerStatusOptions {
  /** Whatever else the server answers; asked last, behind the same guard. */
  readonly also?: readonly Middleware[];
}

const CLIENT_GONE = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

/** The server's Koa application: who may call at all, then what answers. Everything else is a 404. */
export function createApp(options: AppOptions): Koa {
  const app = new Koa();
  app.use(securityHeaders(options));
  app.use((ctx, next) => exchange(ctx, options, next));
  app.use(guard(options));
  app.use(serverStatus(options));
  app.use(restApi(options));
  for (const middleware of options.also ?? []) app.use(middleware);
  app.use(() => {
    throw notFound();
  });
  // What happens to an answer on its way out: mostly that its client went away.
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (CLIENT_GONE.has(error.code ?? '')) options.logger.debug({ err: error }, 'client gone');
    else options.logger.error({ err: error }, 'answer not sent');
  });
  return app;
}
