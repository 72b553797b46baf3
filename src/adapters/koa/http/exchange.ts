import type { Context } from 'koa';
import { CodedError } from '../../../domain/errors.ts';
import type { Observer } from '../../../ports/observer.ts';
import type { Logger } from '../../../ports/runtime.ts';
import type { Caller, Scope } from '../../../ports/tokens/token-verifier.ts';
import { bearerChallengeFor } from './bearer-challenge.ts';
import { HttpError } from './http-error.ts';
import { answerWithLingeringClose } from './lingering-close.ts';
import {
  PROBLEM_TYPE,
  type Problem,
  type ProblemOverrides,
  problemOf,
  retryAfterSeconds,
} from './problem.ts';
import { assignRequestId } from './request-id.ts';

/** The properties of a matched route that its error responses depend on. */
export interface MatchedRoute {
  readonly problemOverrides: ProblemOverrides;
  readonly useCase: { readonly scopes: readonly Scope[] };
}

/** What the server knows about one request while it answers it. */
export interface Exchange {
  readonly requestId: string;
  caller: Caller | null;
  /** The route that matched; null before the match. */
  route: MatchedRoute | null;
  /**
   * The path of the matched route as it is declared, with `:name` for its parameters; null before the match.
   */
  routePath: string | null;
  isStream: boolean;
}

export interface ExchangeSettings {
  readonly logger: Logger;
  /** The address at which clients reach the server. Null: the address that the request used. */
  readonly publicUrl?: string | null;
  /** Called after every answered request. */
  readonly observer?: Observer | null;
}

const EXCHANGE = Symbol('exchange');

/** A symbol, since a host application may keep its own values in `state`. */
interface ExchangeState {
  [EXCHANGE]?: Exchange;
}

/** Returns the current exchange. It exists only while `runExchange` runs. */
export const exchangeOf = (ctx: Context): Exchange => (ctx.state as ExchangeState)[EXCHANGE]!;

/**
 * Runs `work` with a request id, turns an error into a problem response, logs the request and notifies the
 * observer. It does not depend on the settings of the Koa application around it. Within another exchange it
 * only runs `work`: the outer exchange does the rest, once.
 */
export async function runExchange(
  ctx: Context,
  settings: ExchangeSettings,
  work: (ctx: Context) => Promise<void>,
): Promise<void> {
  const state = ctx.state as ExchangeState;
  if (state[EXCHANGE] !== undefined) return work(ctx);
  const startedAt = performance.now();
  const current: Exchange = {
    requestId: assignRequestId(ctx),
    caller: null,
    route: null,
    routePath: null,
    isStream: false,
  };
  state[EXCHANGE] = current;
  try {
    await work(ctx);
  } catch (error) {
    answerProblem(ctx, settings, current, error);
  }
  const millis = performance.now() - startedAt;
  if (settings.observer != null) notifyObserver(ctx, settings.observer, current, millis);
  settings.logger.debug(
    {
      method: ctx.method,
      path: ctx.path,
      status: ctx.res.statusCode,
      ms: Math.round(millis * 10) / 10,
      request_id: current.requestId,
      user_id: current.caller?.userId ?? null,
    },
    'request',
  );
}

function notifyObserver(
  { method, req, res }: Context,
  observer: Observer,
  current: Exchange,
  millis: number,
): void {
  const { routePath: at, isStream, requestId } = current;
  const { traceparent, tracestate } = req.headers;
  observer.requestAnswered({
    method,
    route: at,
    status: res.statusCode,
    requestId,
    isStream,
    startedAt: Date.now() - millis,
    millis,
    traceparent: typeof traceparent === 'string' ? traceparent : null,
    tracestate: typeof tracestate === 'string' ? tracestate : null,
  });
}

function answerProblem(ctx: Context, settings: ExchangeSettings, current: Exchange, error: unknown): void {
  const problem = problemOf(error, current.requestId, current.route?.problemOverrides ?? null);
  logCause(settings.logger, problem, error);
  if (ctx.headerSent) {
    // Part of the response is already sent. Cutting the connection is the only way to show that it is
    // incomplete.
    ctx.res.destroy();
    return;
  }
  if (error instanceof HttpError) ctx.set(error.headers);
  const { publicUrl = null } = settings;
  const challenge = bearerChallengeFor(problem, ctx, publicUrl, current.route?.useCase.scopes ?? []);
  if (challenge !== null) ctx.set('WWW-Authenticate', challenge);
  const seconds = retryAfterSeconds(problem.code);
  if (seconds !== undefined) ctx.set('Retry-After', String(seconds));

  const body = JSON.stringify(problem);
  ctx.status = problem.status;
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Type', PROBLEM_TYPE);
  ctx.body = body;
  if (problem.code === 'too_large' && !ctx.req.complete) answerWithLingeringClose(ctx, body);
}

function logCause(logger: Logger, { status, code, request_id }: Problem, error: unknown): void {
  if (code === 'internal') logger.error({ err: error, request_id }, 'internal error');
  else if (status >= 500) logger.warn({ err: error, code, request_id }, 'dependency unavailable');
  else if (error instanceof CodedError && error.cause !== undefined) {
    logger.debug({ reason: String(error.cause), code, request_id }, 'refused');
  }
}
