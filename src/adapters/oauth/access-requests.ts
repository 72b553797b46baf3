import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import { accessRequestNotFound } from '../../domain/errors.ts';
import type { UserId } from '../../domain/ids.ts';
import { isAccessRemembered } from '../../domain/user/connected-client.ts';
import type { Scope } from '../../ports/tokens/token-verifier.ts';
import { GRANT_TYPES, hasSingleToken } from './client-metadata.ts';
import { LIFETIMES } from './lifetimes.ts';
import { hashOf, type RecordAdapterPorts } from './record-adapter.ts';
import { ALL_SCOPES } from './resources.ts';

/** A request of a browser, at the address under which the browser knows the server. */
export interface BrowserRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly provider: Provider;
}

/** What a program asks for, as the person sees it. */
export interface AccessRequestView {
  readonly clientId: string;
  /** What the program calls itself; null: it has no name. Nobody has checked it. */
  readonly clientName: string | null;
  /** The host of its description, which is sure to be its own; null: the program only registered. */
  readonly verifiedHost: string | null;
  /** The host to which the person is sent back; null: to none, the program waits on another device. */
  readonly redirectHost: string | null;
  /** Whether the program runs on the computer of the person. */
  readonly isLocal: boolean;
  readonly scopes: readonly Scope[];
  /** Whether the person need not be asked again. */
  readonly isRemembered: boolean;
}

/** Shows and decides what programs ask for. Each request is found by a secret that its browser has. */
export class AccessRequests {
  readonly #ports: RecordAdapterPorts;

  constructor(ports: RecordAdapterPorts) {
    this.#ports = ports;
  }

  /**
   * Reads a request that this browser has brought from a program.
   * @throws DomainError `access_request_not_found`
   */
  async read(request: BrowserRequest, uid: string, userId: UserId): Promise<AccessRequestView> {
    const { params } = await findInteraction(request, uid);
    const redirectUri = String(params.redirect_uri);
    const view = await this.#view(request.provider, params, redirectUri);
    const asksAlways = String(params.prompt ?? '').includes('consent');
    const keys = asksAlways ? [] : await this.#ports.grants.list(userId);
    const isRemembered = isAccessRemembered(keys, { ...view, redirectUri }, this.#ports.clock.now());
    return { ...view, isRemembered };
  }

  /**
   * Decides a request, once.
   * @returns the address to which the browser has to go on.
   * @throws DomainError `access_request_not_found`, also if it was decided before.
   */
  async decide(request: BrowserRequest, uid: string, userId: UserId, allow: boolean): Promise<string> {
    const { params } = await findInteraction(request, uid);
    const { authorizations, clock } = this.#ports;
    const isFirst = await authorizations.use({ kind: 'Interaction', idHash: hashOf(uid) }, clock.now());
    if (!isFirst) throw accessRequestNotFound();
    const { provider, req, res } = request;
    const result = allow
      ? {
          login: { accountId: userId, remember: false },
          consent: { grantId: await this.#grant(provider, params, userId, String(params.redirect_uri)) },
        }
      : { error: 'access_denied', error_description: 'the person did not allow the access' };
    return provider.interactionResult(req, res, result, { mergeWithLastSubmission: false });
  }

  /** As `read`, for a program on another device, which shows the code. */
  async readDevice(provider: Provider, userCode: string): Promise<AccessRequestView> {
    const { params } = await findDevice(provider, userCode);
    return this.#view(provider, params, null);
  }

  /** As `decide`, for a program on another device. The device finds out when it asks again. */
  async decideDevice(provider: Provider, userCode: string, userId: UserId, allow: boolean): Promise<void> {
    const code = await findDevice(provider, userCode);
    const { params } = code;
    if (allow) {
      Object.assign(code, {
        accountId: userId,
        grantId: await this.#grant(provider, params, userId, null),
        ...{ scope: params.scope, resource: params.resource, authTime: this.#nowInSeconds() },
      });
    } else {
      Object.assign(code, {
        error: 'access_denied',
        errorDescription: 'the person did not allow the access',
      });
    }
    await code.save();
  }

  async #view(
    provider: Provider,
    params: RequestParams,
    redirectUri: string | null,
  ): Promise<AccessRequestView> {
    const client = await provider.Client.find(params.client_id as string);
    if (client === undefined) throw accessRequestNotFound();
    const redirect = redirectUri === null ? null : new URL(redirectUri);
    return {
      clientId: client.clientId,
      clientName: client.clientName ?? null,
      verifiedHost: client.clientId.startsWith('https://') ? new URL(client.clientId).host : null,
      redirectHost: redirect && (redirect.host || redirect.protocol),
      isLocal: redirect !== null && redirect.protocol !== 'https:',
      scopes: scopesOf(params),
      isRemembered: false,
    };
  }

  /** Makes the grant of a request: the API key, and the library's part. Returns its id. */
  async #grant(
    provider: Provider,
    params: RequestParams,
    userId: UserId,
    redirectUri: string | null,
  ): Promise<string> {
    const view = await this.#view(provider, params, redirectUri);
    const { clientId, clientName, verifiedHost, redirectHost, scopes } = view;
    const client = await provider.Client.find(clientId);
    const host = verifiedHost ?? redirectHost ?? 'another device';
    const id = await this.#ports.grants.create({
      userId,
      name: clientName ?? host,
      client: { id: clientId, host, scopes },
      expiresInSeconds: lifetimeOf(client),
    });
    const grant = new provider.Grant({ accountId: userId, clientId });
    grant.jti = id;
    for (const resource of [params.resource].flat())
      grant.addResourceScope(String(resource), scopes.join(' '));
    return grant.save();
  }

  #nowInSeconds(): number {
    return Math.floor(this.#ports.clock.now().getTime() / 1000);
  }
}

/** Returns how long a program has access if it does not come back for more. */
function lifetimeOf(client: Client | undefined): number {
  if (hasSingleToken(client)) return LIFETIMES.grant;
  return client?.grantTypeAllowed(GRANT_TYPES[1]!) === true ? LIFETIMES.refreshToken : LIFETIMES.accessToken;
}

type Client = NonNullable<Awaited<ReturnType<Provider['Client']['find']>>>;

type RequestParams = { readonly [name: string]: unknown };

const scopesOf = ({ scope }: RequestParams): readonly Scope[] =>
  ALL_SCOPES.filter((known) => String(scope).split(' ').includes(known));

async function findInteraction({ provider, req, res }: BrowserRequest, uid: string) {
  const details = await provider.interactionDetails(req, res).catch((error: unknown) => {
    throw error instanceof errors.SessionNotFound ? accessRequestNotFound() : error;
  });
  // The browser has the cookie of one request only, the latest.
  if (details.uid !== uid || details.result !== undefined) throw accessRequestNotFound();
  return details;
}

async function findDevice(provider: Provider, userCode: string) {
  const code = await provider.DeviceCode.findByUserCode(normalized(userCode));
  if (code === undefined || code.accountId !== undefined || code.error !== undefined)
    throw accessRequestNotFound();
  return code as typeof code & { readonly params: RequestParams };
}

/** People type codes in lower case, and with or without the hyphen. */
const normalized = (userCode: string): string => userCode.replaceAll(/[^A-Za-z]/g, '').toUpperCase();
