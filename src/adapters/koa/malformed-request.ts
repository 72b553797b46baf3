import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { HttpError, type HttpErrorCode } from './http-error.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';

const REASONS: { readonly [nodeCode: string]: [HttpErrorCode, string] } = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The headers are larger than 16 KB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request took too long to arrive'],
};

/**
 * Answers what never became a request, on the bare socket, and closes it.
 * @param underWay the response to an earlier request, or to this one's headers, if one is still open.
 */
export function refuseMalformed(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  underWay: ServerResponse | null,
): void {
  // Into the middle of another answer, or in place of one that is due, nothing may be written.
  const spoken = underWay !== null && (underWay.headersSent || underWay.req.complete);
  if (error.code === 'ECONNRESET' || !socket.writable || spoken) {
    socket.destroy();
    return;
  }
  const [code, detail] = REASONS[error.code ?? ''] ?? [
    'malformed_request',
    'This is not a valid HTTP request',
  ];
  const problem = problemOf(new HttpError(code, detail), randomUUID(), null);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    'Connection: close',
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${problem.request_id}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
