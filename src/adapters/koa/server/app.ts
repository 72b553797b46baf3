import Koa, { type Context, type Middleware } from 'koa';
import type { AnswerLinks } from '../../../application/notifications/answer-links.ts';
import { guardHostAndOrigin, type HostAndOriginOptions } from '../access/host-origin-guard.ts';
import { removeBasePath } from '../http/base-path.ts';
import { exchangeOf, runExchange } from '../http/exchange.ts';
import { notFound } from '../http/http-error.ts';
import { basePathOf } from '../http/public-url.ts';
import { setSecurityHeaders } from '../http/security-headers.ts';
import { type ApiDescriptionOptions, describeApi } from '../openapi/document.ts';
import { answerLinkRoutes } from '../rest/answer-link-routes.ts';
import { type RestApiOptions, restApi } from '../rest/rest-api.ts';
import { type AccessRequests, accessRequestRoutes } from '../rest/sign-in/access-request-routes.ts';
import { noOAuthRoutes } from '../rest/sign-in/no-oauth-routes.ts';
import { type OAuthLimits, type OAuthServer, oauthRoutes } from '../rest/sign-in/oauth-routes.ts';
import { type ProviderSignIn, providerSignInRoutes } from '../rest/sign-in/provider-sign-in-routes.ts';
import { type SignIn, signInRoutes } from '../rest/sign-in/sign-in-routes.ts';
import { type SmsReplies, smsReplyRoute } from '../rest/sms-reply-route.ts';
import { type StatusRoutesOptions, statusRoutes } from '../rest/status-routes.ts';
import { DOCS_PATH, servePageFiles } from './page-files.ts';

export interface AppOptions
  extends RestApiOptions,
    HostAndOriginOptions,
    Omit<StatusRoutesOptions, 'openApi' | 'givesTokens'> {
  /** Allows browsers to sign in and to use a cookie. Absent or null: bearer tokens only. */
  readonly signIn?: SignIn | null;
  /** Answers questions by links. Absent or null: there are no such links. */
  readonly answerLinks?: AnswerLinks | null;
  /** Takes replies by SMS. Absent or null: none arrive. */
  readonly smsReplies?: SmsReplies | null;
  /**
   * Gives programs tokens over OAuth, after a person has allowed it on the page. Absent or null: programs are
   * told that there is no such way.
   */
  readonly oauthServer?: (OAuthServer & AccessRequests) | null;
  /** Lets people sign in at an identity provider. Absent or null: with links and tokens only. */
  readonly providerSignIn?: ProviderSignIn | null;
  /** As in `OAuthRoutesOptions`. */
  readonly oauthLimits?: Partial<OAuthLimits>;
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
  answerLinks,
  smsReplies,
  hooks,
  jwks,
  oauthServer,
  providerSignIn,
  ...options
}: AppOptions): ApiDescriptionOptions => ({
  ...options,
  hasSignIn: signIn != null,
  hasStreams: live != null,
  hasExport: userExport != null,
  hasAnswerLinks: answerLinks != null,
  hasSmsReplies: smsReplies != null,
  hookAgents: hooks?.agents ?? [],
  publishesPublicKeys: jwks !== undefined,
  hasOAuth: oauthServer != null,
  hasProviderSignIn: providerSignIn != null,
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
  const {
    signIn = null,
    answerLinks = null,
    smsReplies = null,
    oauthServer = null,
    providerSignIn = null,
    pageDir = null,
  } = options;
  const optionsWithCookies = { ...options, cookies: signIn !== null };
  if (pageDir !== null) app.use(servePageFiles(pageDir, basePath));
  let openApiDocument: object | null = null;
  const openApi = () => (openApiDocument ??= describeApi(apiDescriptionOptions(options)));
  const links = { ...(pageDir !== null && { docs: DOCS_PATH }), ...options.links };
  app.use(statusRoutes({ ...options, links, openApi, givesTokens: oauthServer !== null }));
  if (oauthServer === null) app.use(noOAuthRoutes(options.command ?? null));
  else {
    app.use(oauthRoutes({ ...options, oauthServer }));
    app.use(accessRequestRoutes({ ...optionsWithCookies, accessRequests: oauthServer }));
  }
  if (signIn !== null) {
    app.use(signInRoutes({ ...optionsWithCookies, signIn, hasIdentityProvider: providerSignIn !== null }));
  }
  if (providerSignIn !== null) app.use(providerSignInRoutes({ ...options, providerSignIn }));
  if (answerLinks !== null) app.use(answerLinkRoutes({ ...options, answerLinks }));
  if (smsReplies !== null) app.use(smsReplyRoute({ ...options, smsReplies }));
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
