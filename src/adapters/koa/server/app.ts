import Koa, { type Context, type Middleware } from 'koa';
import { type HostAndOriginOptions, guardHostAndOrigin } from '../access/host-origin-guard.ts';
import { runExchange, exchangeOf } from '../http/exchange.ts';
import { notFound } from '../http/http-error.ts';
import { setSecurityHeaders } from '../http/security-headers.ts';
import { type ApiDescriptionOptions, describeApi } from '../openapi/document.ts';
import { type RestApiOptions, restApi } from '../rest/rest-api.ts';
import { type SignIn, signInRoutes } from '../rest/sign-in-routes.ts';
import { type StatusRoutesOptions, statusRoutes } from '../rest/status-routes.ts';
import { DOCS_PATH, servePageFiles } from './page-files.ts';

export interface AppOptions extends RestApiOptions, HostAndOriginOptions, Omit<StatusRoutesOptions, 'openApi'> {
  /** Lets browsers in, with a cookie. Absent or null: bearer tokens only. */
  readonly signIn?: SignIn | null;
  /** Where the page's files are; absent or null: there is no page. */
  readonly pageDir?: string | null;
  /** Whatever else the server answers; asked last, behind the same guard. */
  readonly moreMiddleware?: readonly Middleware[];
}

/** What of the server its description depends on. */
const apiDescriptionOptions = ({ signIn, live, userExport, jwks, ...options }: AppOptions): ApiDescriptionOptions => ({
  ...options,
  hasSignIn: signIn != null,
  hasStreams: live != null,
  hasExport: userExport != null,
  publishesKeys: jwks !== undefined,
});

const CLIENT_GONE_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

/** The server's Koa application: who may call at all, then what answers. Everything else is a 404. */
export function createApp(options: AppOptions): Koa {
  const app = new Koa();
  app.use(setSecurityHeaders(options));
  app.use((ctx, next) => runExchange(ctx, options, next));
  app.use(guardHostAndOrigin(options));
  const { signIn = null, pageDir = null } = options;
  const forBrowsers = { ...options, cookies: signIn !== null };
  if (pageDir !== null) app.use(servePageFiles(pageDir));
  let described: object | null = null;
  const openApi = () => (described ??= describeApi(apiDescriptionOptions(options)));
  const links = { ...(pageDir !== null && { docs: DOCS_PATH }), ...options.links };
  app.use(statusRoutes({ ...options, links, openApi }));
  if (signIn !== null) app.use(signInRoutes({ ...forBrowsers, signIn }));
  app.use(restApi(forBrowsers));
  for (const middleware of options.moreMiddleware ?? []) app.use(middleware);
  app.use(() => {
    throw notFound();
  });
  // What happens to an answer on its way out: mostly that its client went away.
  app.on('error', (error: NodeJS.ErrnoException, ctx?: Context) => {
    const request_id = ctx === undefined ? null : exchangeOf(ctx)?.requestId;
    if (CLIENT_GONE_CODES.has(error.code ?? '')) options.logger.debug({ err: error, request_id }, 'client gone');
    else options.logger.error({ err: error, request_id }, 'answer not sent');
  });
  return app;
}
