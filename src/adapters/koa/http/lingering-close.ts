import type { Context } from 'koa';

/** How long a client on a slow connection may need to read the response and to stop sending. */
const LINGER_MS = 1_000;

/**
 * Sends a response before its request has fully arrived, and keeps the connection open for up to a second. So
 * a client that is still sending can read the response; if the connection closed at once, the client would
 * not get it. Data that arrives meanwhile is thrown away. The headers must be set before the call.
 */
export function respondWithLingeringClose(ctx: Context, body: string): void {
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
