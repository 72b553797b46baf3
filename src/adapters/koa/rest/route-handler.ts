import type { Context } from 'koa';
import type { Dispatch } from '../../../application/dispatch/dispatch.ts';
import { readJsonObject } from '../body/json-body.ts';
import { clientGoneSignal } from '../http/client-gone.ts';
import { type Exchange, exchangeOf } from '../http/exchange.ts';
import { HttpError, notAcceptable } from '../http/http-error.ts';
import { nextPageLink } from './next-page-link.ts';
import { BASE_PATH, type Route } from './route.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const NO_BODY = {};

export interface RouteHandlerOptions {
  readonly dispatch: Dispatch;
  readonly publicUrl?: string | null;
}

/** Creates the handler of one route. It needs a current exchange whose caller is set. */
export function routeHandler(
  route: Route,
  { dispatch, publicUrl = null }: RouteHandlerOptions,
): (ctx: Context) => Promise<void> {
  const { useCase, input, status, needsClientGone, needsRecentSignIn } = route;
  const routePath = BASE_PATH + route.path;
  const hasContent = status !== 204;
  const acceptsIdempotencyKey = route.method !== 'GET';
  const { bodyLimit: maxBytes, cutField } = route;
  const rules = { maxBytes, cutField, mayBeEmpty: route.body === 'optional' };

  return async (ctx) => {
    const exchange = exchangeOf(ctx);
    exchange.route = route;
    exchange.routePath = routePath;
    if (hasContent && !acceptsJson(ctx)) throw notAcceptable();
    if (needsRecentSignIn) requireRecentSignIn(exchange);

    const body = route.body === 'none' ? NO_BODY : await readJsonObject(ctx, rules);
    const output = await dispatch(useCase, {
      caller: exchange.caller!,
      input: input(ctx, body),
      idempotencyKey: acceptsIdempotencyKey ? headerText(ctx.req.headers['idempotency-key']) : null,
      clientGone: needsClientGone ? clientGoneSignal(ctx.res) : null,
    });
    ctx.status = status;
    if (!hasContent) return;
    const nextPage = route.nextPage?.(output) ?? null;
    if (nextPage !== null) ctx.set('Link', nextPageLink(ctx, publicUrl, nextPage));
    // Koa sends a text unchanged. An object would take longer, because Koa inspects it before serialising it.
    ctx.set('Content-Type', JSON_TYPE);
    ctx.body = JSON.stringify(route.responseField === undefined ? output : output[route.responseField]);
  };
}

const RECENT_SIGN_IN_MS = 60 * 60 * 1000;

/** A bearer token needs no sign-in: who holds it can sign in with it at any time. */
function requireRecentSignIn({ signedInAt }: Exchange): void {
  if (signedInAt === null || Date.now() - signedInAt.getTime() <= RECENT_SIGN_IN_MS) return;
  throw new HttpError(
    'sign_in_again',
    'This needs a sign-in of the last hour. Sign in again, then repeat it',
  );
}

/**
 * Returns whether the client accepts JSON. An empty header says nothing. For the values that most clients
 * send, nothing has to be parsed.
 */
function acceptsJson(ctx: Context): boolean {
  const { accept } = ctx.req.headers;
  return (
    accept === undefined ||
    accept === '' ||
    accept === '*/*' ||
    accept === 'application/json' ||
    ctx.accepts('application/json') !== false
  );
}

const headerText = (value: string | string[] | undefined): string | null =>
  Array.isArray(value) ? value.join(', ') : (value ?? null);
