import { randomUUID } from 'node:crypto';
import type { Context } from 'koa';

const HEADER = 'X-Request-Id';
const SANE = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * Names the request on its response. An id that someone before us put there stays; the caller's own is
 * taken if it is harmless in a log and a header.
 */
export function assignRequestId({ req, res }: Pick<Context, 'req' | 'res'>): string {
  const present = res.getHeader(HEADER);
  if (typeof present === 'string') return present;
  const sent = req.headers['x-request-id'];
  const id = typeof sent === 'string' && SANE.test(sent) ? sent : randomUUID();
  res.setHeader(HEADER, id);
  return id;
}
