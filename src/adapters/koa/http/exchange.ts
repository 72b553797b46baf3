import type { Context } from 'koa';
import { CodedError } from '../../../domain/errors.ts';
import type { Observer } from '../../../ports/observer.ts';
import type { Logger } from '../../../ports/runtime.ts';
import type { Caller, Scope } from '../../../ports/tokens/token-verifier.ts';
import { bearerChallengeFor } from './bearer-challenge.ts';
import { type BodyBudget, PROCESS_BODY_BUDGET } from './body-budget.ts';
import { type ErrorFormat, errorFormatAt, formatError } from './error-format.ts';
import { HttpError } from './http-error.ts';
import { respondWithLingeringClose } from './lingering-close.ts';
import { loggedPath } from './logged-path.ts';
import { type OpenRequestLimit, PROCESS_OPEN_REQUESTS } from './open-request-limit.ts';
import { type Problem, type ProblemOverrides, problemOf, retryAfterSeconds } from './problem.ts';
import { assignRequestId } from './request-id.ts';
import { PROCESS_USER_PACE, type UserPace } from './user-pace.ts';

/** The properties of a matched route that its error responses depend on. */
export interface MatchedRoute {
  readonly problemOverrides: ProblemOverrides;
  readonly useCase: { readonly scopes: readonly Scope[] };
}

/** The data that the server keeps about one request until the response is sent. */
export interface Exchange {
  readonly requestId: string;
  caller: Caller | null;
  /** The token of the caller; null while it is not verified. */
  token: string | null;
  /** When the person signed in whose browser sends the request; null for a bearer token. */
  signedInAt: Date | null;
  /** The matched route; null while no route has matched. */
  route: MatchedRoute | null;
  /**
   * The declared path of the matched route, with `:name` for its parameters; null while no route has matched.
   */
  routePath: string | null;
  isStream: boolean;
  /** From which the body of the request takes its bytes. */
  readonly bodyBudget: BodyBudget;
  readonly openRequests: OpenRequestLimit;
  readonly userPace: UserPace;
  errorFormat: ErrorFormat;
}

export interface ExchangeSettings {
  readonly logger: Logger;
  /** The address at which clients reach the server. Null: the address that the request used. */
  readonly publicUrl?: string | null;
  /** Called after every answered request. */
  readonly observer?: Observer | null;
  /** Limits the bytes of all unfinished bodies. Default: one budget for the whole process. */
  readonly bodyBudget?: BodyBudget;
  /** Limits the requests that are open at once. Default: one limit for the whole process. */
  readonly openRequests?: OpenRequestLimit;
  /** Limits what one user sends while others use the process. Default: one pace for the whole process. */
  readonly userPace?: UserPace;
}

/** The connection of a refused request is kept if its body has no more bytes than this. */
const MAX_UNREAD_BYTES = 1024 * 1024;

const EXCHANGE = Symbol('exchange');

/**
 * The part of Koa's `state` that belongs to this server. Its key is a symbol, because a host application may
 * have its own keys there.
 */
interface ExchangeState {
  [EXCHANGE]?: Exchange;
}

/** Returns the current exchange. It exists only while `runExchange` runs. */
export const exchangeOf = (ctx: Context): Exchange => (ctx.state as ExchangeState)[EXCHANGE]!;

/**
 * Runs `handle` with a request id, turns an error into an error response, logs the request and notifies the
 * observer. It does not depend on the settings of the host's Koa application. Inside another exchange it only
 * runs `handle`, because the outer exchange does everything else.
 */
export async function runExchange(
  ctx: Context,
  settings: ExchangeSettings,
  handle: (ctx: Context) => Promise<void>,
): Promise<void> {
  const state = ctx.state as ExchangeState;
  if (state[EXCHANGE] !== undefined) return handle(ctx);
  const startedAt = performance.now();
  const exchange: Exchange = {
    requestId: assignRequestId(ctx),
    caller: null,
    token: null,
    signedInAt: null,
    route: null,
    routePath: null,
    isStream: false,
    bodyBudget: settings.bodyBudget ?? PROCESS_BODY_BUDGET,
    openRequests: settings.openRequests ?? PROCESS_OPEN_REQUESTS,
    userPace: settings.userPace ?? PROCESS_USER_PACE,
    errorFormat: errorFormatAt(ctx.path),
  };
  state[EXCHANGE] = exchange;
  try {
    await handle(ctx);
  } catch (error) {
    sendError(ctx, settings, exchange, error);
  }
  const millis = performance.now() - startedAt;
  if (settings.observer != null) notifyObserver(ctx, settings.observer, exchange, millis);
  settings.logger.debug(
    {
      method: ctx.method,
      path: loggedPath(ctx.path),
      status: ctx.res.statusCode,
      ms: Math.round(millis * 10) / 10,
      request_id: exchange.requestId,
      user_id: exchange.caller?.userId ?? null,
    },
    'request',
  );
}

function notifyObserver(
  { method, req, res }: Context,
  observer: Observer,
  exchange: Exchange,
  millis: number,
): void {
  const { routePath, isStream, requestId } = exchange;
  const { traceparent, tracestate } = req.headers;
  observer.requestAnswered({
    method,
    route: routePath,
    status: res.statusCode,
    requestId,
    isStream,
    startedAt: Date.now() - millis,
    millis,
    traceparent: typeof traceparent === 'string' ? traceparent : null,
    tracestate: typeof tracestate === 'string' ? tracestate : null,
  });
}

function sendError(ctx: Context, settings: ExchangeSettings, exchange: Exchange, error: unknown): void {
  const problem = problemOf(error, exchange.requestId, exchange.route?.problemOverrides ?? null);
  logCause(settings.logger, problem, error);
  if (ctx.headerSent) {
    // Part of the response is already sent. Only a closed connection shows the client that the response is
    // incomplete.
    ctx.res.destroy();
    return;
  }
  if (error instanceof HttpError) ctx.set(error.headers);
  const { publicUrl = null } = settings;
  const challenge = bearerChallengeFor(problem, ctx, publicUrl, exchange.route?.useCase.scopes ?? []);
  if (challenge !== null) ctx.set('WWW-Authenticate', challenge);
  const seconds = retryAfterSeconds(problem.code);
  if (seconds !== undefined) ctx.set('Retry-After', String(seconds));

  // Node.js would read the rest of the body, whatever its size, to keep the connection.
  if (!ctx.req.complete && Number(ctx.req.headers['content-length']) > MAX_UNREAD_BYTES)
    ctx.set('Connection', 'close');
  const { contentType, body } = formatError(problem, exchange.errorFormat);
  ctx.status = problem.status;
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Type', contentType);
  ctx.body = body;
  if (ctx.response.get('Connection') === 'close' && !ctx.req.complete)
    respondWithLingeringClose(ctx, body, exchange.caller?.userId ?? null);
}

function logCause(logger: Logger, { status, code, request_id }: Problem, error: unknown): void {
  if (code === 'internal') logger.error({ err: error, request_id }, 'internal error');
  else if (status >= 500) logger.warn({ err: error, code, request_id }, 'dependency unavailable');
  else if (error instanceof CodedError && error.cause !== undefined) {
    logger.debug({ reason: String(error.cause), code, request_id }, 'refused');
  }
}
