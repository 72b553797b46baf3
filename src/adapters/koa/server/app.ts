import Koa, { type Context, type Middleware } from 'koa';
import { type GuardOptions, guard } from '../access/guard.ts';
import { exchange, exchangeOf } from '../http/exchange.ts';
import { notFound } from '../http/http-error.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { type DescribedApi, describeApi } from '../openapi/document.ts';
import { type RestApiOptions, restApi } from '../rest/rest-api.ts';
import { type SignIn, signInRoutes } from '../rest/sign-in-routes.ts';
import { type ServerStatusOptions, serverStatus } from '../rest/status-routes.ts';
import { DOCS_PATH, page } from './page-files.ts';

export interface AppOptions extends RestApiOptions, GuardOptions, Omit<ServerStatusOptions, 'openApi'> {
  /** Lets browsers in, with a cookie. Absent or null: bearer tokens only. */
  readonly signIn?: SignIn | null;
  /** Where the page's files are; absent or null: there is no page. */
  readonly pageDir?: string | null;
  /** Whatever else the server answers; asked last, behind the same guard. */
  readonly also?: readonly Middleware[];
}

/** What of the server its description depends on. */
const describedOf = ({ signIn, live, userExport, jwks, ...options }: AppOptions): DescribedApi => ({
  ...options,
  hasSignIn: signIn != null,
  hasStreams: live != null,
  hasExport: userExport != null,
  publishesKeys: jwks !== undefined,
});

const CLIENT_GONE = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

/** The server's Koa application: who may call at all, then what answers. Everything else is a 404. */
export function createApp(options: AppOptions): Koa {
  const app = new Koa();
  app.use(securityHeaders(options));
  app.use((ctx, next) => exchange(ctx, options, next));
  app.use(guard(options));
  const { signIn = null, pageDir = null } = options;
  const forBrowsers = { ...options, cookies: signIn !== null };
  if (pageDir !== null) app.use(page(pageDir));
  let described: object | null = null;
  const openApi = () => (described ??= describeApi(describedOf(options)));
  const links = { ...(pageDir !== null && { docs: DOCS_PATH }), ...options.links };
  app.use(serverStatus({ ...options, links, openApi }));
  if (signIn !== null) app.use(signInRoutes({ ...forBrowsers, signIn }));
  app.use(restApi(forBrowsers));
  for (const middleware of options.also ?? []) app.use(middleware);
  app.use(() => {
    throw notFound();
  });
  // What happens to an answer on its way out: mostly that its client went away.
  app.on('error', (error: NodeJS.ErrnoException, ctx?: Context) => {
    const request_id = ctx === undefined ? null : exchangeOf(ctx)?.requestId;
    if (CLIENT_GONE.has(error.code ?? '')) options.logger.debug({ err: error, request_id }, 'client gone');
    else options.logger.error({ err: error, request_id }, 'answer not sent');
  });
  return app;
}
