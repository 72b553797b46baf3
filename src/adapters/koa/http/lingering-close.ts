import type { Context } from 'koa';

/** Long enough for a client on a slow line to notice the answer and stop sending. */
const LINGER_MS = 1_000;

/**
 * Sends the response (its headers are set) although its request is still coming in, and closes the
 * connection a moment later. Closing at once would reset it, and a client in the middle of sending
 * would lose the answer. What arrives until then is thrown away unread.
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
