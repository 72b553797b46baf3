import Koa, { type Context, type Middleware } from 'koa';
import { guardHostAndOrigin, type HostAndOriginOptions } from '../access/host-origin-guard.ts';
import { removeBasePath } from '../http/base-path.ts';
import { exchangeOf, runExchange } from '../http/exchange.ts';
import { notFound } from '../http/http-error.ts';
import { basePathOf } from '../http/public-url.ts';
import { setSecurityHeaders } from '../http/security-headers.ts';
import { type ApiDescriptionOptions, describeApi } from '../openapi/document.ts';
import { noOAuthRoutes } from '../rest/no-oauth-routes.ts';
import { type RestApiOptions, restApi } from '../rest/rest-api.ts';
import { type SignIn, signInRoutes } from '../rest/sign-in-routes.ts';
import { type StatusRoutesOptions, statusRoutes } from '../rest/status-routes.ts';
import { DOCS_PATH, servePageFiles } from './page-files.ts';

export interface AppOptions
  extends RestApiOptions,
    HostAndOriginOptions,
    Omit<StatusRoutesOptions, 'openApi'> {
  /** Allows browsers to sign in and to use a cookie. Absent or null: bearer tokens only. */
  readonly signIn?: SignIn | null;
  /** As in `SignInOptions`. */
  readonly command?: string | null;
  /** The folder with the built dashboard page. Absent or null: no page is served. */
  readonly pageDir?: string | null;
  /** Middleware that runs last, after the REST API, behind the same guard. */
  readonly moreMiddleware?: readonly Middleware[];
}

/** Returns the options that the OpenAPI document depends on. */
const apiDescriptionOptions = ({
  signIn,
  live,
  userExport,
  jwks,
  ...options
}: AppOptions): ApiDescriptionOptions => ({
  ...options,
  hasSignIn: signIn != null,
  hasStreams: live != null,
  hasExport: userExport != null,
  publishesPublicKeys: jwks !== undefined,
});

const CLIENT_GONE_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

/** Creates the server's Koa application: the guard runs first, then the routes. Other paths get a 404. */
export function createApp(options: AppOptions): Koa {
  const app = new Koa();
  const basePath = basePathOf(options.publicUrl ?? null);
  if (basePath !== '') app.use(removeBasePath(basePath));
  app.use(setSecurityHeaders(options));
  app.use((ctx, next) => runExchange(ctx, options, next));
  app.use(guardHostAndOrigin(options));
  const { signIn = null, pageDir = null } = options;
  const optionsWithCookies = { ...options, cookies: signIn !== null };
  if (pageDir !== null) app.use(servePageFiles(pageDir, basePath));
  let openApiDocument: object | null = null;
  const openApi = () => (openApiDocument ??= describeApi(apiDescriptionOptions(options)));
  const links = { ...(pageDir !== null && { docs: DOCS_PATH }), ...options.links };
  app.use(statusRoutes({ ...options, links, openApi }));
  app.use(noOAuthRoutes(options.command ?? null));
  if (signIn !== null) app.use(signInRoutes({ ...optionsWithCookies, signIn }));
  app.use(restApi(optionsWithCookies));
  for (const middleware of options.moreMiddleware ?? []) app.use(middleware);
  app.use(() => {
    throw notFound();
  });
  // Koa reports errors here that occur while a response is sent, mostly because the client has disconnected.
  app.on('error', (error: NodeJS.ErrnoException, ctx?: Context) => {
    const request_id = ctx === undefined ? null : exchangeOf(ctx)?.requestId;
    if (CLIENT_GONE_CODES.has(error.code ?? ''))
      options.logger.debug({ err: error, request_id }, 'client disconnected');
    else options.logger.error({ err: error, request_id }, 'response not sent');
  });
  return app;
}
