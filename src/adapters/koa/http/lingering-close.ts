import type { Context } from 'koa';

/** Long enough for a client on a slow connection to read the response and stop sending. */
const LINGER_MS = 1_000;

/**
 * Sends a response before its request has fully arrived, and keeps the connection open for up to a second, so
 * that a client that is still sending reads the response. Closing at once would reset the connection, and
 * such a client would lose the response. Data that arrives meanwhile is thrown away. The headers must be set
 * already.
 */
export function answerWithLingeringClose(ctx: Context, body: string): void {
  const { req, res } = ctx;
  ctx.respond = false;
  res.write(body);
  const close = (): void => {
    clearTimeout(timer);
    if (!res.writableEnded) res.end();
  };
  const timer = setTimeout(close, LINGER_MS);
  req.once('end', close);
  res.once('close', close);
  req.resume();
}
