import { randomUUID } from 'node:crypto';
import type { Context } from 'koa';

const HEADER = 'X-Request-Id';
const VALID_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * Sets the request id on the response, and returns the id. An id that a host application has already set is
 * kept. The second choice is the client's own id, if that is safe in a log and a header. Otherwise the id is
 * new.
 */
export function assignRequestId({ req, res }: Pick<Context, 'req' | 'res'>): string {
  const existingId = res.getHeader(HEADER);
  if (typeof existingId === 'string') return existingId;
  const clientId = req.headers['x-request-id'];
  const id = typeof clientId === 'string' && VALID_ID.test(clientId) ? clientId : randomUUID();
  res.setHeader(HEADER, id);
  return id;
}
