import { randomUUID } from 'node:crypto';
import type { Context } from 'koa';

const HEADER = 'X-Request-Id';
const VALID_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * Sets the request id on the response, and returns it. An id that a host application has set already is kept.
 * Otherwise the client's own is used if it is safe in a log and a header, else a new one.
 */
export function assignRequestId({ req, res }: Pick<Context, 'req' | 'res'>): string {
  const present = res.getHeader(HEADER);
  if (typeof present === 'string') return present;
  const sent = req.headers['x-request-id'];
  const id = typeof sent === 'string' && VALID_ID.test(sent) ? sent : randomUUID();
  res.setHeader(HEADER, id);
  return id;
}
