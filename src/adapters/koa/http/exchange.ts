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

/** What refusals say depends on of what answers. */
export interface MatchedRoute {
  readonly problemOverrides: ProblemOverrides;
  readonly useCase: { readonly scopes: readonly Scope[] };
}

/** What is known of one request while it is answered. */
export interface Exchange {
  readonly requestId: string;
  caller: Caller | null;
  /** What answers, once it is found in the table. */
  route: MatchedRoute | null;
  /** The path that is answered, as the table of what answers has it. */
  routePath: string | null;
  isStream: boolean;
}

export interface ExchangeSettings {
  readonly logger: Logger;
  /** How clients reach the server; null: as the request did. */
  readonly publicUrl?: string | null;
  /** Told of every request that was answered. */
  readonly observer?: Observer | null;
}

const EXCHANGE = Symbol('exchange');

/** Hosts keep things of their own in `state`; a symbol is out of their way. */
interface ExchangeState {
  [EXCHANGE]?: Exchange;
}

/** The exchange that `ctx` is in. Only within `exchange`. */
export const exchangeOf = (ctx: Context): Exchange => (ctx.state as ExchangeState)[EXCHANGE]!;

/**
 * Runs `work` with a request id, turns what it throws into a problem, and logs a line. Independent of any
 * setting of the application around it. Within another exchange it only runs `work`: the outer one does
 * the rest, once.
 */
export async function runExchange(
  ctx: Context,
  settings: ExchangeSettings,
  work: (ctx: Context) => Promise<void>,
): Promise<void> {
  const state = ctx.state as ExchangeState;
  if (state[EXCHANGE] !== undefined) return work(ctx);
  const started = performance.now();
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
  const millis = performance.now() - started;
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

function notifyObserver({ method, req, res }: Context, observer: Observer, current: Exchange, millis: number): void {
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
    // Half an answer is out; cutting it off is the only way left to say that it is not whole.
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
  else if (status >= 500) logger.warn({ err: error, code, request_id }, 'storage trouble');
  else if (error instanceof CodedError && error.cause !== undefined) {
    logger.debug({ reason: String(error.cause), code, request_id }, 'refused');
  }
}
