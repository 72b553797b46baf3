import { once } from 'node:events';
import type { Context } from 'koa';
import type { ExportLine, UserExport } from '../../../application/admin/user-export.ts';
import { exchangeOf } from '../http/exchange.ts';
import { notAcceptable } from '../http/http-error.ts';
import { BASE_PATH } from './routes.ts';

export const EXPORT_PATH = '/export';

const TYPE = 'application/jsonl';

/** Lines are sent together up to about this many characters. */
const CHUNK = 64 * 1024;

/** For a client to take anything in at all: what it leaves unread is not read from the store either. */
const STALLED_MS = 60_000;

const DASHBOARD_ROUTE = { problems: {}, useCase: { scopes: ['dashboard'] } } as const;

/** Answers GET and HEAD with everything there is of the caller. Runs within an exchange whose caller is known. */
export function exportHandler(userExport: UserExport): (ctx: Context) => Promise<void> {
  return async (ctx) => {
    const exchange = exchangeOf(ctx);
    exchange.route = DASHBOARD_ROUTE;
    exchange.routePath = BASE_PATH + EXPORT_PATH;
    if (ctx.accepts(TYPE, 'application/x-ndjson', 'text/plain') === false) throw notAcceptable(TYPE);
    const lines = userExport(exchange.caller!)[Symbol.asyncIterator]();
    // Until there is a line, all that goes wrong can still be answered.
    const first = await lines.next();
    const { res } = ctx;
    ctx.respond = false;
    res.writeHead(200, {
      'Content-Type': `${TYPE}; charset=utf-8`,
      'Content-Disposition': 'attachment; filename="agent-dashboard-export.jsonl"',
      'Cache-Control': 'no-store',
    });
    if (ctx.method === 'HEAD') {
      await lines.return?.();
      res.end();
      return;
    }
    res.setTimeout(STALLED_MS, () => res.destroy());
    const closed = res.closed ? null : new Promise<void>((resolve) => res.once('close', resolve));
    // Not by a pipeline: it would hand what goes wrong to the response, and so past the exchange to the host.
    for await (const chunk of chunks(first, lines)) {
      if (!res.write(chunk)) await Promise.race([once(res, 'drain'), closed]);
      if (res.closed) return;
    }
    res.end();
    await closed;
  };
}

async function* chunks(
  first: IteratorResult<ExportLine>,
  rest: AsyncIterator<ExportLine>,
): AsyncGenerator<string> {
  let chunk = '';
  try {
    for (let next = first; next.done !== true; next = await rest.next()) {
      chunk += `${JSON.stringify(next.value)}\n`;
      if (chunk.length < CHUNK) continue;
      yield chunk;
      chunk = '';
    }
    if (chunk !== '') yield chunk;
  } finally {
    await rest.return?.();
  }
}
