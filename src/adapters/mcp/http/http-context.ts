import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';

/** What the HTTP request behind a call knows. */
export interface HttpContext {
  readonly caller: Caller;
  readonly clientType: string | null;
  readonly userAgent: string | null;
  /** What the host calls this request, on its response; null where it does not. */
  readonly requestId: string | null;
  /** Aborted when the connection that waits for the answer closes; null where the answer goes another way. */
  readonly gone: AbortSignal | null;
  /** The parsed JSON body. */
  readonly body: unknown;
}

/** The one thing that both protocol libraries carry from an HTTP request to a handler. */
export interface HttpContextAuth {
  token: string;
  clientId: string;
  scopes: string[];
  extra: Record<string, unknown>;
}

export function httpContextOf(
  { req, res }: { readonly req: IncomingMessage; readonly res: ServerResponse },
  { caller, body, gone }: Pick<HttpContext, 'caller' | 'body' | 'gone'>,
): HttpContext {
  const { 'x-client-type': clientType, 'user-agent': userAgent = null } = req.headers;
  const named = res.getHeader('X-Request-Id');
  return {
    caller,
    body,
    gone,
    userAgent,
    clientType: clientType === undefined ? null : String(clientType),
    requestId: typeof named === 'string' ? named : null,
  };
}

/** The token itself stays out: who verified it is not the libraries' business. */
export const authOf = (context: HttpContext): HttpContextAuth => ({
  token: '',
  clientId: context.caller.userId,
  scopes: [...context.caller.scopes],
  extra: { context },
});

/** @throws Error when the handler was not reached through `authOf`. */
export function httpContextFrom(auth: { extra?: Record<string, unknown> } | undefined): HttpContext {
  const context = auth?.extra?.context;
  if (context === undefined) throw new Error('a call without a context');
  return context as HttpContext;
}

interface SentCall {
  readonly id?: unknown;
  readonly params?: { readonly arguments?: unknown };
}

/**
 * The arguments of the call with this id, as they stood in the body. The libraries' parsers silently drop
 * some keys that we refuse.
 */
export function sentArguments(body: unknown, id: unknown): object | null {
  const messages = (Array.isArray(body) ? body : [body]) as (SentCall | null)[];
  const found = messages.find((message) => message?.id === id)?.params?.arguments;
  return typeof found === 'object' && found !== null ? found : null;
}
