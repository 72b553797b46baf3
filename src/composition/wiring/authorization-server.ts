import { acceptHosts } from '../../adapters/koa/access/accepted-hosts.ts';
import { guardedHttp, type SendRequest } from '../../adapters/notify/guarded-http/guarded-http.ts';
import type { AuthorizationServer } from '../../adapters/oauth/authorization-server.ts';
import { scopesAt } from '../../adapters/oauth/resources.ts';
import type { Clock, Logger } from '../../ports/runtime.ts';
import type { CompleteStore } from '../../ports/store.ts';
import type { Config } from '../config/config.ts';
import type { TokenKeys } from '../config/token-keys.ts';

export interface AuthorizationServerInput {
  readonly config: Pick<Config, 'oauth' | 'notifications'>;
  readonly keys: TokenKeys;
  readonly store: Pick<CompleteStore, 'authorizations' | 'apiKeys'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Opens the authorization server. Returns null if it is switched off, or if this server must not make tokens
 * for people: it has no private key, or only a short one.
 */
export async function openAuthorizationServer({
  config,
  keys: { signing },
  store,
  clock,
  logger,
}: AuthorizationServerInput): Promise<AuthorizationServer | null> {
  if (!config.oauth || signing === null || signing.strength !== 'full') return null;
  // Most commands, and servers without it, need not load the library.
  const { AuthorizationServer } = await import('../../adapters/oauth/authorization-server.ts');
  const { allowPrivateTargets } = config.notifications;
  return new AuthorizationServer({
    ...{ ...store, clock, logger, key: signing },
    fetch: fetchBy(guardedHttp({ allowPrivateTargets })),
  });
}

/**
 * Makes a `fetch` that obeys the rules for addresses that strangers give: none in private networks unless
 * they are allowed, no redirects, and an answer of at most 16 KiB.
 */
export const fetchBy =
  (send: SendRequest) =>
  async (input: string | URL | Request, { signal }: RequestInit = {}): Promise<Response> => {
    const request = {
      url: new URL(input instanceof Request ? input.url : input),
      headers: { accept: 'application/json' },
      body: '',
    };
    const answer = await send({ ...request, method: 'GET' }, signal ?? AbortSignal.timeout(FETCH_TIMEOUT_MS));
    const headers = CACHE_HEADERS.flatMap((name): [string, string][] => {
      const value = answer.headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    });
    // A Response must not have every status, and the body of other statuses is not used.
    return answer.status === 200
      ? new Response(answer.text, { headers })
      : new Response(null, { status: answer.status >= 300 && answer.status < 600 ? answer.status : 502 });
  };

const FETCH_TIMEOUT_MS = 2_500;
/** They say how long the answer may be used again. */
const CACHE_HEADERS = ['cache-control', 'expires'] as const;

/** Returns whether an access token for this resource is for the server with these settings. */
export function isOwnResource(
  resource: string,
  { publicUrl, allowedHosts }: Pick<Config, 'publicUrl' | 'allowedHosts'>,
): boolean {
  if (publicUrl !== null) return scopesAt(resource, publicUrl) !== null;
  const url = URL.parse(resource);
  return url !== null && acceptHosts(allowedHosts)(url.host) && scopesAt(resource, url.origin) !== null;
}
