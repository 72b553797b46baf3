import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import { countFurtherCalls, type IdentifyCallerOptions, identifyCaller } from '../access/identify-caller.ts';
import { readJsonObjectOrArray } from '../body/json-body.ts';
import type { ErrorFormat } from '../http/error-format.ts';
import { type ExchangeSettings, exchangeOf, runExchange } from '../http/exchange.ts';
import { methodNotAllowed } from '../http/http-error.ts';

/** Answers an authenticated request by writing to `res` itself. Resolves when the response is complete. */
export type NodeHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  request: { readonly caller: Caller; readonly body: unknown },
) => Promise<void>;

export interface ProtectedNodeHandlerOptions extends ExchangeSettings, IdentifyCallerOptions {
  readonly paths: readonly string[];
  readonly methods: readonly string[];
  /** The largest JSON body of a POST in bytes, after inflating. */
  readonly bodyLimit: number;
  readonly handler: NodeHandler;
  /** The form of error responses. Default: `json_rpc`. */
  readonly errorFormat?: ErrorFormat;
}

/**
 * Creates middleware that passes requests at the given paths to a handler. The handler writes the responses
 * itself; they may be streams. Authentication and body limits are as in the REST API. Errors have the same
 * status and headers as there, but by default the body of a JSON-RPC error, which MCP clients can read.
 */
export function protectedNodeHandler(options: ProtectedNodeHandlerOptions): Middleware {
  const { bodyLimit, handler, errorFormat = 'json_rpc' } = options;
  const paths = new Set(options.paths);
  const methods = new Set(options.methods);
  const allowed = [...methods, 'OPTIONS'].join(', ');

  return (ctx, next) => {
    if (!paths.has(ctx.path)) return next();
    return runExchange(ctx, options, async () => {
      const exchange = exchangeOf(ctx);
      exchange.routePath = ctx.path;
      exchange.errorFormat = errorFormat;
      const caller = await identifyCaller(ctx, options);
      if (ctx.method === 'OPTIONS') {
        ctx.set('Allow', allowed);
        ctx.status = 204;
        return;
      }
      if (!methods.has(ctx.method)) throw methodNotAllowed(allowed);
      const body =
        ctx.method === 'POST'
          ? await readJsonObjectOrArray(ctx, { maxBytes: bodyLimit, mayBeEmpty: false })
          : undefined;
      if (Array.isArray(body) && body.length > 1) await countFurtherCalls(ctx, options, body.length - 1);
      // Without this, Koa would write to the response as well, or replace it by a 404.
      ctx.respond = false;
      exchange.isStream = ctx.method === 'GET';
      try {
        await handler(ctx.req, ctx.res, { caller, body });
      } catch (error) {
        ctx.respond = !ctx.headerSent;
        throw error;
      }
    });
  };
}
