import type { Context } from 'koa';
import { LRUCache } from 'lru-cache';
import type { UserId } from '../../../domain/ids.ts';

/** How long a client on a slow connection may need to read the response and to stop sending. */
const LINGER_MS = 1_000;

const MEGABYTE = 1024 * 1024;
/** How many bytes of one user are thrown away at once, and how many more in a second. */
const THROW_AWAY_BURST = 32 * MEGABYTE;
const THROW_AWAY_PER_SECOND = 2 * MEGABYTE;
/** With more users than this, the one who was unused for longest has a whole budget again. */
const MAX_BUDGETS = 1_000;

/**
 * Limits what is read of one user only to throw it away. Otherwise clients that are refused and go on sending
 * would take as much of its time as those that are served.
 */
class ThrowAwayBudget {
  #left = THROW_AWAY_BURST;
  #countedAt = performance.now();

  /** Returns false if no bytes are left. */
  take(bytes: number): boolean {
    const now = performance.now();
    const gained = ((now - this.#countedAt) / 1000) * THROW_AWAY_PER_SECOND;
    this.#left = Math.min(THROW_AWAY_BURST, this.#left + gained) - bytes;
    this.#countedAt = now;
    return this.#left > 0;
  }
}

/** All clients without a valid token have one budget together, under an empty key. */
const budgets = new LRUCache<UserId | '', ThrowAwayBudget>({ max: MAX_BUDGETS });

function budgetOf(userId: UserId | null): ThrowAwayBudget {
  const key = userId ?? '';
  const budget = budgets.get(key) ?? new ThrowAwayBudget();
  budgets.set(key, budget);
  return budget;
}

/**
 * Sends a response before its request has fully arrived, and keeps the connection open for up to a second. So
 * a client that is still sending can read the response; if the connection closed at once, the client would
 * not get it. Data that arrives meanwhile is thrown away. If there is too much of that, it is not read: then
 * a client that reads nothing before it has sent everything does not get the response. The headers must be
 * set before the call.
 */
export function respondWithLingeringClose(ctx: Context, body: string, userId: UserId | null): void {
  const { req, res } = ctx;
  const budget = budgetOf(userId);
  ctx.respond = false;
  res.write(body);
  const close = (): void => {
    clearTimeout(timer);
    if (!res.writableEnded) res.end();
  };
  const timer = setTimeout(close, LINGER_MS);
  req.once('end', close);
  res.once('close', close);
  req.on('data', (chunk: Buffer) => {
    if (!budget.take(chunk.length)) req.pause();
  });
  req.resume();
}
