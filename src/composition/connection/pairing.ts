import {
  allowInsecureRequests,
  type Configuration,
  type DiscoveryRequestOptions,
  discovery,
  dynamicClientRegistration,
  initiateDeviceAuthorization,
  None,
  pollDeviceAuthorizationGrant,
  tokenRevocation,
} from 'openid-client';
import type { Connection } from '../connection-file.ts';
import { type AgentKey, keyIdOf, keyName } from './key-names.ts';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:device_code';

/** What the person needs to allow the access. */
export interface PairingRequest {
  /** The address of the page, with the code in it. */
  readonly url: string;
  readonly code: string;
}

/**
 * Gets a key from a server elsewhere: the person allows it on the page of that server (RFC 8628). Hooks are
 * many short processes, so the key is one token that need not be refreshed.
 * @param show is called when the person can allow it. The call waits until then.
 * @throws Error if the person says no, or does nothing for 15 minutes, or the server has no such page.
 */
export async function pairWith(
  baseUrl: string,
  agent: string,
  show: (request: PairingRequest) => void,
): Promise<AgentKey> {
  const config = await explained(baseUrl, register(baseUrl, agent));
  const started = await explained(baseUrl, initiateDeviceAuthorization(config, { scope: 'agent' }));
  show({ url: started.verification_uri_complete ?? started.verification_uri, code: started.user_code });
  const tokens = await explained(baseUrl, pollDeviceAuthorizationGrant(config, started));
  const { access_token: token, refresh_token = '' } = tokens;
  const grant = { client_id: config.clientMetadata().client_id, refresh_token };
  return { base_url: baseUrl, token, key_id: keyIdOf(token), data_dir: null, grant };
}

/** Gives the access back that a server has granted. */
export async function giveBack(
  baseUrl: string,
  { client_id, refresh_token }: NonNullable<Connection['grant']>,
): Promise<void> {
  const config = await discovery(issuerOf(baseUrl), client_id, undefined, None(), OPTIONS);
  await tokenRevocation(config, refresh_token, { token_type_hint: 'refresh_token' });
}

const register = (baseUrl: string, agent: string): Promise<Configuration> =>
  dynamicClientRegistration(
    issuerOf(baseUrl),
    {
      client_name: keyName(agent),
      grant_types: [GRANT_TYPE],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: 'none',
      single_token: true,
    },
    None(),
    OPTIONS,
  );

const issuerOf = (baseUrl: string): URL => new URL(`${baseUrl}/oauth`);

/** In a network of one's own, servers often have no certificate. Agents send their tokens there, too. */
const OPTIONS: DiscoveryRequestOptions = { algorithm: 'oauth2', execute: [allowInsecureRequests] };

/** The codes of errors (RFC 6749 and 8628) in words. */
const REASONS: { readonly [code: string]: string } = {
  access_denied: 'You did not allow it',
  expired_token: 'Nobody has allowed it for 15 minutes. Try again',
};

async function explained<Result>(baseUrl: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const { error: code } = error as { readonly error?: string };
    const reason = code === undefined ? undefined : REASONS[code];
    if (reason !== undefined) throw new Error(reason);
    throw new Error(`${baseUrl} does not let programs sign in. Is it the address of the server?`, {
      cause: error,
    });
  }
}
