import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';

/** What a tool needs to know about the HTTP request that called it. */
export interface HttpRequestInfo {
  readonly caller: Caller;
  readonly clientType: string | null;
  readonly userAgent: string | null;
  /** The host's id of this request, from the response's X-Request-Id; null if it has none. */
  readonly requestId: string | null;
  /**
   * Aborted when the connection that waits for the answer closes; null if the answer leaves on another one.
   */
  readonly signal: AbortSignal | null;
  /** The parsed JSON body. */
  readonly body: unknown;
}

/** The `authInfo` of the protocol libraries: the only value that both pass from a request to its handler. */
export interface LibraryAuthInfo {
  token: string;
  clientId: string;
  scopes: string[];
  extra: Record<string, unknown>;
}

export function requestInfoOf(
  { req, res }: { readonly req: IncomingMessage; readonly res: ServerResponse },
  { caller, body, signal }: Pick<HttpRequestInfo, 'caller' | 'body' | 'signal'>,
): HttpRequestInfo {
  const { 'x-client-type': clientType, 'user-agent': userAgent = null } = req.headers;
  const requestId = res.getHeader('X-Request-Id');
  return {
    caller,
    body,
    signal,
    userAgent,
    clientType: clientType === undefined ? null : String(clientType),
    requestId: typeof requestId === 'string' ? requestId : null,
  };
}

/** Packs the request's facts for the libraries. The token stays out: it is verified already. */
export const authInfoOf = (requestInfo: HttpRequestInfo): LibraryAuthInfo => ({
  token: '',
  clientId: requestInfo.caller.userId,
  scopes: [...requestInfo.caller.scopes],
  extra: { requestInfo },
});

/**
 * Unpacks what `authInfoOf` packed.
 * @throws Error when the handler was not reached through `authInfoOf`.
 */
export function requestInfoFrom(authInfo: { extra?: Record<string, unknown> } | undefined): HttpRequestInfo {
  const requestInfo = authInfo?.extra?.requestInfo;
  if (requestInfo === undefined) throw new Error('The call carries no information about its HTTP request');
  return requestInfo as HttpRequestInfo;
}

interface SentCall {
  readonly id?: unknown;
  readonly params?: { readonly arguments?: unknown };
}

/**
 * Returns the arguments of the call with this id exactly as the body has them. The libraries' parsers
 * silently drop some keys that the use cases have to refuse.
 */
export function sentArguments(body: unknown, id: unknown): object | null {
  const messages = (Array.isArray(body) ? body : [body]) as (SentCall | null)[];
  const found = messages.find((message) => message?.id === id)?.params?.arguments;
  return typeof found === 'object' && found !== null ? found : null;
}
