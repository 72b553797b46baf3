import { createHmac, randomBytes } from 'node:crypto';
import Provider, {
  type Configuration,
  type errors as Errors,
  errors,
  interactionPolicy,
} from 'oidc-provider';
import { PortError } from '../../ports/errors.ts';
import type { Logger } from '../../ports/runtime.ts';
import { fitClientMetadata, hasSingleToken, problemOfClient, SINGLE_TOKEN } from './client-metadata.ts';
import { LIFETIMES } from './lifetimes.ts';
import { type RecordAdapterPorts, recordAdapter } from './record-adapter.ts';
import { ALL_SCOPES, grantableScopes, OAUTH_PATH, scopesAt } from './resources.ts';

/** The key that signs access tokens: the one that the token verifier of the same server knows. */
export interface AccessTokenKey {
  readonly keyId: string;
  readonly algorithm: 'EdDSA' | 'ES256' | 'RS256';
  readonly privateKey: import('node:crypto').KeyObject;
}

export interface ProviderOptions extends RecordAdapterPorts {
  /** The address of the server, without a slash at the end. */
  readonly baseUrl: string;
  readonly key: AccessTokenKey;
  /** Fetches what an address that a stranger has given describes. It must not reach private networks. */
  readonly fetch: NonNullable<Configuration['fetch']>;
  readonly logger: Logger;
}

/** The routes below `OAUTH_PATH`. */
export const ROUTES = {
  authorization: '/authorize',
  token: '/token',
  registration: '/register',
  revocation: '/revoke',
  device_authorization: '/device/authorize',
  code_verification: '/device',
  jwks: '/jwks',
} as const;

/** Makes the authorization server for one address: oidc-provider with our storage, pages and tokens. */
export function createProvider(options: ProviderOptions): Provider {
  const { baseUrl, logger } = options;
  const provider = new Provider(baseUrl + OAUTH_PATH, configurationOf(options));
  // The addresses in answers come from the headers that `serve` sets.
  provider.proxy = true;
  const failures = new WeakMap<object, Error>();
  provider.use(async (ctx, next) => {
    await next();
    sayWhenToTryAgain(ctx, failures.get(ctx));
    dropSessionCookie(ctx, provider.cookieName('session'));
    // The library always lists `openid`, too, which this server grants to nobody.
    const metadata = ctx.body as { scopes_supported?: readonly string[] } | undefined;
    if (metadata?.scopes_supported !== undefined) metadata.scopes_supported = ALL_SCOPES;
  });
  provider.on('server_error', (ctx, err) => {
    failures.set(ctx, err);
    if (isAway(err)) logger.warn({ err }, 'dependency unavailable');
    else logger.error({ err }, 'OAuth failed');
  });
  (provider as NodeJS.EventEmitter).on('error', (err: Error) =>
    logger.debug({ err }, 'an answer of OAuth was not sent'),
  );
  return provider;
}

const isAway = (error: unknown): error is PortError =>
  error instanceof PortError && ['storage_unavailable', 'storage_busy', 'storage_full'].includes(error.code);

const RETRY_AFTER_SECONDS = 2;

/** The library knows only internal errors, after which programs give up. */
function sayWhenToTryAgain(ctx: Errored, failure: Error | undefined): void {
  if (ctx.status !== 500 || !isAway(failure)) return;
  ctx.status = 503;
  ctx.set('Retry-After', String(RETRY_AFTER_SECONDS));
  const isPage = typeof ctx.body === 'string';
  ctx.body = isPage
    ? `The program cannot be connected now: ${failure.message}.\nTry again in a moment.\n`
    : { error: 'temporarily_unavailable', error_description: failure.message };
}

interface Errored {
  status: number;
  body: unknown;
  set(header: string, value: string): void;
}

function configurationOf(options: ProviderOptions): Configuration {
  const { baseUrl, key, fetch } = options;
  const { port, pathname } = new URL(baseUrl);
  return {
    adapter: recordAdapter(options),
    jwks: { keys: [jwkOf(key)] },
    cookies: { ...cookiesOf(key, port) },
    routes: ROUTES,
    scopes: [...ALL_SCOPES],
    // Without the scope `openid` there are no ID tokens. They would be signed with the key of access tokens.
    responseTypes: ['code'],
    pkce: { required: () => true },
    clientAuthMethods: ['none', 'private_key_jwt'],
    clientDefaults: { id_token_signed_response_alg: key.algorithm, token_endpoint_auth_method: 'none' },
    extraClientMetadata: { properties: [CLIENT_CHECK, SINGLE_TOKEN], validator: checkClient },
    allowOmittingSingleRegisteredRedirectUri: false,
    // Whoever may read the answers of these routes has to know a code or a token. Cookies play no part.
    clientBasedCORS: () => true,
    fetch,
    fetchResponseBodyLimits: FETCH_LIMITS,
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
      deviceFlow: { enabled: true, deviceInfo: () => ({}) },
      registration: { enabled: true, issueRegistrationAccessToken: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, _client, oneOf) => oneOf?.[0] ?? baseUrl,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource) => resourceServer(ctx, resource, options),
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
    },
    formats: {
      customizers: {
        jwt(_ctx, token, jwt) {
          const { grantId } = token as { readonly grantId?: string };
          // The verifier finds the API key of the grant by it (`apiKeyIdOf`).
          jwt.payload.jti = `${grantId}.${randomBytes(16).toString('base64url')}`;
        },
      },
    },
    interactions: {
      url: (_ctx, { uid }) => `${pathname.replace(/\/$/, '')}/#/connect/${uid}`,
      policy: alwaysAsk(),
    },
    loadExistingGrant: async ({ oidc }) => {
      const grantId = oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : oidc.provider.Grant.find(grantId);
    },
    findAccount: (_ctx, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
    expiresWithSession: () => false,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    revokeGrantPolicy: () => true,
    renderError: (ctx, { error, error_description: description }) => {
      ctx.type = 'text/plain; charset=utf-8';
      ctx.body = `The program cannot be connected: ${description ?? error}.\nClose this page, and try again from the program.\n`;
    },
    ttl: {
      AccessToken: (_ctx, _token, client) =>
        hasSingleToken(client) ? LIFETIMES.grant : LIFETIMES.accessToken,
      AuthorizationCode: LIFETIMES.authorizationCode,
      DeviceCode: LIFETIMES.deviceCode,
      Grant: LIFETIMES.grant,
      Interaction: LIFETIMES.interaction,
      RefreshToken: (_ctx, _token, client) =>
        hasSingleToken(client) ? LIFETIMES.grant : LIFETIMES.refreshToken,
      Session: LIFETIMES.interaction,
    },
  };
}

/** The library reads no more of a description. A description of 5 KB has room for 20 addresses. */
const FETCH_LIMITS = {
  'client_id metadata document': 5 * 1024,
  jwks_uri: 16 * 1024,
  sector_identifier_uri: 0,
};

/** Not a field of clients, but the library lets us read and change their other fields with it. */
const CLIENT_CHECK = 'agent_dashboard';

function checkClient(_ctx: unknown, _name: string, _value: unknown, metadata: object): void {
  const fields = metadata as { [name: string]: unknown };
  const problem = problemOfClient(fields);
  if (problem !== null) throw new errors.InvalidClientMetadata(problem);
  fitClientMetadata(fields);
}

/**
 * The person is asked each time, on our page. So nobody gets access without a request of the page that is
 * signed in, also not with `prompt=none`.
 */
function alwaysAsk(): InstanceType<typeof interactionPolicy.Prompt>[] {
  const { Prompt, Check } = interactionPolicy;
  const isUndecided: ConstructorParameters<typeof Check>[2] = ({ oidc }) =>
    oidc.result?.login === undefined || oidc.result.consent === undefined;
  return ['login', 'consent'].map(
    (name) =>
      new Prompt(
        { name, requestable: true },
        new Check('undecided', 'the person has to decide on the page', isUndecided),
      ),
  );
}

/**
 * Says what a token for a resource is like. It also makes of the request what it can get at this resource.
 * @throws InvalidTarget if the resource belongs to another server.
 */
function resourceServer(
  { oidc }: Parameters<NonNullable<Configuration['loadExistingGrant']>>[0],
  resource: string,
  { baseUrl, key }: ProviderOptions,
) {
  const scopes = scopesAt(resource, baseUrl);
  if (scopes === null) throw new errors.InvalidTarget();
  const { params, route } = oidc;
  if (params !== undefined && (route === 'authorization' || route === 'device_authorization'))
    params.scope = grantableScopes(params.scope as string | undefined, scopes).join(' ');
  return {
    scope: scopes.join(' '),
    audience: resource,
    accessTokenFormat: 'jwt' as const,
    jwt: { sign: { alg: key.algorithm } },
  };
}

const jwkOf = ({ privateKey, keyId, algorithm }: AccessTokenKey) => ({
  ...privateKey.export({ format: 'jwk' }),
  kid: keyId,
  alg: algorithm,
  use: 'sig',
});

/**
 * Browsers send cookies to all ports of a host, so the names have the port. The signatures are made with a
 * key that all processes have.
 */
function cookiesOf(key: AccessTokenKey, port: string): NonNullable<Configuration['cookies']> {
  const secret = createHmac('sha256', key.privateKey.export({ type: 'pkcs8', format: 'der' }))
    .update('cookies of the authorization server')
    .digest('base64url');
  const suffix = port === '' ? '' : `_${port}`;
  return {
    keys: [secret],
    names: {
      session: `oauth_session${suffix}`,
      interaction: `oauth_request${suffix}`,
      resume: `oauth_resume${suffix}`,
    },
    short: { httpOnly: true, sameSite: 'lax', signed: true },
    long: { httpOnly: true, sameSite: 'lax', signed: true },
  };
}

/** The library sets this cookie although there are no sessions. */
function dropSessionCookie(
  { res }: { readonly res: import('node:http').ServerResponse },
  name: string,
): void {
  const cookies = res.getHeader('Set-Cookie');
  if (!Array.isArray(cookies)) return;
  const others = cookies.filter(
    (cookie) => !cookie.startsWith(`${name}=`) && !cookie.startsWith(`${name}.sig=`),
  );
  if (others.length === 0) res.removeHeader('Set-Cookie');
  else res.setHeader('Set-Cookie', others);
}

export type ProviderError = Errors.OIDCProviderError;
