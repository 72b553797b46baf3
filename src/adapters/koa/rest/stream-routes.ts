import type { Context } from 'koa';
import { INSTANCE_EVENT_ID, USER_EVENT_ID } from '../../../application/live/events/event-ids.ts';
import type { LiveStream } from '../../../application/live/events/live-event.ts';
import type { LiveFeed, StreamRequest } from '../../../application/live/live-feed.ts';
import { beginEventStream, EventStream } from '../http/event-stream.ts';
import { exchangeOf } from '../http/exchange.ts';
import { notAcceptable } from '../http/http-error.ts';
import { BASE_PATH, ROUTE_FOR_ERRORS } from './route.ts';

/** One route that sends live events. */
export interface StreamRoute {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly eventId: RegExp;
  readonly open: (live: LiveFeed, ctx: Context, request: StreamRequest) => Promise<LiveStream>;
}

export const STREAM_ROUTES: readonly StreamRoute[] = [
  {
    path: '/events',
    operationId: 'stream_events',
    summary: 'Receive events of all agent instances as they happen',
    eventId: USER_EVENT_ID,
    open: (live, _ctx, request) => live.openUserStream(request),
  },
  {
    path: '/agent-instances/:agent_instance_id/messages/stream',
    operationId: 'stream_messages',
    summary: 'Receive events of one agent instance as they happen',
    eventId: INSTANCE_EVENT_ID,
    open: (live, { params }, request) =>
      live.openInstanceStream({ ...request, agentInstanceId: params.agent_instance_id }),
  },
];

/**
 * Creates the handler of a stream route, for GET and HEAD. It needs a current exchange whose caller is set.
 */
export function streamHandler({ path, open }: StreamRoute, live: LiveFeed): (ctx: Context) => Promise<void> {
  return async (ctx) => {
    const exchange = exchangeOf(ctx);
    exchange.route = ROUTE_FOR_ERRORS;
    exchange.routePath = BASE_PATH + path;
    if (ctx.get('Accept') !== '' && ctx.accepts('text/event-stream') === false)
      throw notAcceptable('text/event-stream');
    const lastEventId = ctx.get('Last-Event-ID') || null;
    const stream = await open(live, ctx, { caller: exchange.caller!, lastEventId });
    // Without this, Koa would write to the response as well, or replace it by a 404.
    ctx.respond = false;
    if (ctx.method === 'HEAD') {
      stream.cancel();
      beginEventStream(ctx.res);
      ctx.res.end();
    } else {
      exchange.isStream = true;
      await stream.pipeTo(new EventStream(ctx.res));
    }
  };
}
