import type { Context } from 'koa';
import type { LiveStream } from '../../../application/live/live-event.ts';
import type { LiveFeed, StreamRequest } from '../../../application/live/live-feed.ts';
import { beginEventStream, EventStream } from '../http/event-stream.ts';
import { exchangeOf } from '../http/exchange.ts';
import { notAcceptable } from '../http/http-error.ts';
import { BASE_PATH } from './routes.ts';

/** A path at which a client is told of what happens, while it happens. */
export interface StreamRoute {
  readonly path: string;
  /** What the API's description calls it, and says of it. */
  readonly operationId: string;
  readonly summary: string;
  readonly open: (live: LiveFeed, ctx: Context, request: StreamRequest) => Promise<LiveStream>;
}

export const STREAM_ROUTES: readonly StreamRoute[] = [
  {
    path: '/events',
    operationId: 'stream_events',
    summary: 'Be told of what happens in all agent instances, while it happens',
    open: (live, _ctx, request) => live.ofAll(request),
  },
  {
    path: '/agent-instances/:agent_instance_id/messages/stream',
    operationId: 'stream_messages',
    summary: 'Be told of what happens in one agent instance, while it happens',
    open: (live, { params }, request) =>
      live.ofInstance({ ...request, agentInstanceId: params.agent_instance_id }),
  },
];

const DASHBOARD_ROUTE = { problems: {}, useCase: { scopes: ['dashboard'] } } as const;

/** What answers at one of them, GET and HEAD. Runs within an exchange whose caller is known. */
export function streamHandler({ path, open }: StreamRoute, live: LiveFeed): (ctx: Context) => Promise<void> {
  return async (ctx) => {
    const exchange = exchangeOf(ctx);
    exchange.route = DASHBOARD_ROUTE;
    exchange.routePath = BASE_PATH + path;
    if (ctx.accepts('text/event-stream') === false) throw notAcceptable('text/event-stream');
    const lastEventId = ctx.get('Last-Event-ID') || null;
    const stream = await open(live, ctx, { caller: exchange.caller!, lastEventId });
    // Koa would add to the answer, or put a 404 in its place.
    ctx.respond = false;
    if (ctx.method === 'HEAD') {
      stream.cancel();
      beginEventStream(ctx.res);
      ctx.res.end();
    } else {
      exchange.isStream = true;
      await stream.flow(new EventStream(ctx.res));
    }
  };
}
