import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type Provider from 'oidc-provider';
import type { UserId } from '../../domain/ids.ts';
import type { Clock, Logger } from '../../ports/runtime.ts';
import type { ApiKeyRepository } from '../../ports/storage/api-key-repository.ts';
import type { AuthorizationRepository } from '../../ports/storage/authorization-repository.ts';
import { AccessRequests, type AccessRequestView } from './access-requests.ts';
import { ClientFetches } from './client-fetches.ts';
import { Grants } from './grants.ts';
import { type AccessTokenKey, createProvider, type ProviderOptions } from './provider.ts';
import { OAUTH_PATH } from './resources.ts';

export interface AuthorizationServerOptions extends Pick<ProviderOptions, 'fetch'> {
  readonly authorizations: AuthorizationRepository;
  readonly apiKeys: ApiKeyRepository;
  readonly key: AccessTokenKey;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A request, and the address under which its sender knows the server, without a slash at the end. */
export interface AddressedRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly baseUrl: string;
}

/** A server without PUBLIC_URL has a few addresses: localhost, 127.0.0.1, those of the local network. */
const MAX_ADDRESSES = 20;

/**
 * Lets programs get tokens over OAuth 2.1 after a person has allowed it. What has to be known at the next
 * request is in the store, so each request may reach another process.
 */
export class AuthorizationServer {
  readonly #options: AuthorizationServerOptions;
  readonly #grants: Grants;
  readonly #accessRequests: AccessRequests;
  readonly #fetches: ClientFetches;
  readonly #providers = new LRUCache<string, Provider>({ max: MAX_ADDRESSES });

  constructor(options: AuthorizationServerOptions) {
    this.#options = options;
    this.#fetches = new ClientFetches(options.fetch);
    this.#grants = new Grants(options);
    this.#accessRequests = new AccessRequests({ ...options, grants: this.#grants });
  }

  /**
   * Answers a request for one of the routes of OAuth.
   * @param url the path below `/oauth`, with its query.
   */
  async serve({ req, res, baseUrl }: AddressedRequest, url: string): Promise<void> {
    const provider = this.#providerAt(baseUrl);
    const { host, protocol, pathname } = new URL(baseUrl);
    // A proxy may have changed the host and the protocol. The library takes both from these headers.
    req.headers['x-forwarded-host'] = host;
    req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
    const { url: originalUrl } = req;
    Object.assign(req, { url, baseUrl: pathname.replace(/\/$/, '') + OAUTH_PATH });
    await provider.callback()(req, res);
    // For the log.
    Object.assign(req, { url: originalUrl });
  }

  read({ baseUrl, ...exchange }: AddressedRequest, uid: string, userId: UserId): Promise<AccessRequestView> {
    return this.#accessRequests.read({ ...exchange, provider: this.#providerAt(baseUrl) }, uid, userId);
  }

  decide(
    { baseUrl, ...exchange }: AddressedRequest,
    uid: string,
    { userId, allow }: { readonly userId: UserId; readonly allow: boolean },
  ): Promise<string> {
    const request = { ...exchange, provider: this.#providerAt(baseUrl) };
    return this.#accessRequests.decide(request, uid, userId, allow);
  }

  readDevice({ baseUrl }: AddressedRequest, userCode: string): Promise<AccessRequestView> {
    return this.#accessRequests.readDevice(this.#providerAt(baseUrl), userCode);
  }

  decideDevice(
    { baseUrl }: AddressedRequest,
    userCode: string,
    { userId, allow }: { readonly userId: UserId; readonly allow: boolean },
  ): Promise<void> {
    return this.#accessRequests.decideDevice(this.#providerAt(baseUrl), userCode, userId, allow);
  }

  #providerAt(baseUrl: string): Provider {
    let provider = this.#providers.get(baseUrl);
    if (provider === undefined) {
      const { fetch } = this.#fetches;
      provider = createProvider({ ...this.#options, grants: this.#grants, baseUrl, fetch });
      this.#providers.set(baseUrl, provider);
    }
    return provider;
  }
}
