import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import type { Dispatch } from '../../../application/dispatch/dispatch.ts';
import { exchangeOf } from '../http/exchange.ts';
import { notAcceptable } from '../http/http-error.ts';
import { readJsonObject } from '../http/json-body.ts';
import { nextPageLink } from './next-page-link.ts';
import { BASE_PATH, type Route } from './routes.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const NO_BODY = {};

export interface RouteHandlerOptions {
  readonly dispatch: Dispatch;
  readonly publicUrl?: string | null;
}

/** Turns one row of the table into what answers it. Runs within an exchange whose caller is known. */
export function routeHandler(
  route: Route,
  { dispatch, publicUrl = null }: RouteHandlerOptions,
): (ctx: Context) => Promise<void> {
  const { useCase, input, status, mayWait } = route;
  const at = BASE_PATH + route.path;
  const hasContent = status !== 204;
  const takesKey = route.method !== 'GET';
  const rules = { limit: route.bodyLimit, mayBeEmpty: route.body === 'optional' };

  return async (ctx) => {
    const exchange = exchangeOf(ctx);
    exchange.route = route;
    exchange.routePath = at;
    if (hasContent && !acceptsJson(ctx)) throw notAcceptable();

    const body = route.body === 'none' ? NO_BODY : await readJsonObject(ctx, rules);
    const output = await dispatch(useCase, {
      caller: exchange.caller!,
      input: input(ctx, body),
      idempotencyKey: takesKey ? headerText(ctx.req.headers['idempotency-key']) : null,
      gone: mayWait ? abortWhenClientLeaves(ctx.res) : null,
    });
    ctx.status = status;
    if (!hasContent) return;
    const cursor = route.nextCursor?.(output) ?? null;
    if (cursor !== null) ctx.set('Link', nextPageLink(ctx, publicUrl, cursor));
    // Text is what Koa sends as it stands; an object it would inspect, and stringify later on.
    ctx.set('Content-Type', JSON_TYPE);
    ctx.body = JSON.stringify(route.answerField === undefined ? output : output[route.answerField]);
  };
}

/** Most clients send one of the first three, which need no parsing. */
function acceptsJson(ctx: Context): boolean {
  const { accept } = ctx.req.headers;
  return (
    accept === undefined ||
    accept === '*/*' ||
    accept === 'application/json' ||
    ctx.accepts('application/json') !== false
  );
}

const headerText = (value: string | string[] | undefined): string | null =>
  Array.isArray(value) ? value.join(', ') : (value ?? null);

/** Aborted when the connection closes before the answer is out. */
function abortWhenClientLeaves(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const closed = (): void => {
    if (!res.writableFinished) controller.abort();
  };
  if (res.closed) closed();
  else res.once('close', closed);
  return controller.signal;
}
