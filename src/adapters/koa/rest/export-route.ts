import { once } from 'node:events';
import type { Context } from 'koa';
import type { ExportLine, UserExport } from '../../../application/admin/user-export.ts';
import { exchangeOf } from '../http/exchange.ts';
import { notAcceptable } from '../http/http-error.ts';
import { BASE_PATH, ROUTE_FOR_ERRORS } from './route.ts';

export const EXPORT_PATH = '/export';

const MEDIA_TYPE = 'application/jsonl';

/** Lines are sent in chunks of about this many characters. */
const CHUNK_LENGTH = 64 * 1024;

/**
 * An export is cut off if its client has read nothing for this long. While the client does not read, the
 * server reads nothing from the store.
 */
const STALL_TIMEOUT_MS = 60_000;

/**
 * Creates the handler that sends all data of the caller, for GET and HEAD. It needs a current exchange whose
 * caller is set.
 */
export function exportHandler(userExport: UserExport): (ctx: Context) => Promise<void> {
  return async (ctx) => {
    const exchange = exchangeOf(ctx);
    exchange.route = ROUTE_FOR_ERRORS;
    exchange.routePath = BASE_PATH + EXPORT_PATH;
    if (ctx.accepts(MEDIA_TYPE, 'application/x-ndjson', 'text/plain') === false)
      throw notAcceptable(MEDIA_TYPE);
    const lines = userExport(exchange.caller!)[Symbol.asyncIterator]();
    // The first line is read before the headers are sent: an error up to here still becomes an error
    // response.
    const firstLine = await lines.next();
    const { res } = ctx;
    ctx.respond = false;
    res.writeHead(200, {
      'Content-Type': `${MEDIA_TYPE}; charset=utf-8`,
      'Content-Disposition': 'attachment; filename="agent-dashboard-export.jsonl"',
      'Cache-Control': 'no-store',
    });
    if (ctx.method === 'HEAD') {
      await lines.return?.();
      res.end();
      return;
    }
    res.setTimeout(STALL_TIMEOUT_MS, () => res.destroy());
    const closed = res.closed ? null : new Promise<void>((resolve) => res.once('close', resolve));
    // A stream pipeline would pass an error to the response. Koa would handle it there, and not the exchange.
    for await (const chunk of joinLines(firstLine, lines)) {
      if (!res.write(chunk)) await Promise.race([once(res, 'drain'), closed]);
      if (res.closed) return;
    }
    res.end();
    await closed;
  };
}

/** Returns the lines as chunks of text. If the loop over the chunks is left, it closes the lines too. */
async function* joinLines(
  firstLine: IteratorResult<ExportLine>,
  laterLines: AsyncIterator<ExportLine>,
): AsyncGenerator<string> {
  let chunk = '';
  try {
    for (let line = firstLine; line.done !== true; line = await laterLines.next()) {
      chunk += `${JSON.stringify(line.value)}\n`;
      if (chunk.length < CHUNK_LENGTH) continue;
      yield chunk;
      chunk = '';
    }
    if (chunk !== '') yield chunk;
  } finally {
    await laterLines.return?.();
  }
}
