import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import { libraryMessage } from '../call/library-message.ts';

/** What a tool needs to know about the HTTP request that called it. */
export interface HttpRequestInfo {
  readonly caller: Caller;
  readonly clientType: string | null;
  readonly userAgent: string | null;
  /**
   * The id that the host has given to this request, from the response's X-Request-Id; null if there is none.
   */
  readonly requestId: string | null;
  /**
   * Aborted when the connection of this request closes; null if the response is sent on another connection.
   */
  readonly signal: AbortSignal | null;
  /** The parsed JSON body. */
  readonly body: unknown;
  /** The body in the form that the protocol libraries get (`libraryMessage`). */
  readonly libraryBody: unknown;
}

/**
 * The `authInfo` of the protocol libraries. No other value is passed from a request to its handler by both
 * libraries.
 */
export interface LibraryAuthInfo {
  token: string;
  clientId: string;
  scopes: string[];
  extra: Record<string, unknown>;
}

/** Collects the information from a request, its response, and what the host has added to the request. */
export function collectRequestInfo<Signal extends AbortSignal | null>(
  { req, res }: { readonly req: IncomingMessage; readonly res: ServerResponse },
  { caller, body, signal }: Pick<HttpRequestInfo, 'caller' | 'body'> & { readonly signal: Signal },
): HttpRequestInfo & { readonly signal: Signal } {
  const { 'x-client-type': clientType, 'user-agent': userAgent = null } = req.headers;
  const requestId = res.getHeader('X-Request-Id');
  let simplified: { readonly body: unknown } | null = null;
  return {
    caller,
    body,
    // Made when it is needed: polls of tasks are not passed to a library, and there are many of them.
    get libraryBody() {
      simplified ??= { body: libraryMessage(body) };
      return simplified.body;
    },
    signal,
    userAgent,
    clientType: clientType === undefined ? null : String(clientType),
    requestId: typeof requestId === 'string' ? requestId : null,
  };
}

/**
 * Puts the information into the form that the libraries pass on. The token is left out: it is verified
 * already.
 */
export const packRequestInfo = (requestInfo: HttpRequestInfo): LibraryAuthInfo => ({
  token: '',
  clientId: requestInfo.caller.userId,
  scopes: [...requestInfo.caller.scopes],
  extra: { requestInfo },
});

/**
 * Returns the information that `packRequestInfo` has packed.
 * @throws Error if the request was passed to the library without `packRequestInfo`.
 */
export function unpackRequestInfo(
  authInfo: { extra?: Record<string, unknown> } | undefined,
): HttpRequestInfo {
  const requestInfo = authInfo?.extra?.requestInfo;
  if (requestInfo === undefined) throw new Error('The call carries no information about its HTTP request');
  return requestInfo as HttpRequestInfo;
}
