import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { HttpError, type HttpErrorCode } from '../http/http-error.ts';
import { PROBLEM_TYPE, type Problem, problemOf } from '../http/problem.ts';
import { SECURITY_HEADERS } from '../http/security-headers.ts';

const REASONS: { readonly [nodeCode: string]: [HttpErrorCode, string] } = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The headers are larger than 16 KB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request took too long to arrive'],
};

const NOT_HTTP: [HttpErrorCode, string] = ['malformed_request', 'This is not a valid HTTP request'];

/**
 * Answers what never became a request, on the bare socket, and closes it.
 * @param underWay the response to an earlier request, or to this one's headers, if one is still open.
 */
export function answerMalformedRequest(
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
  const problem = problemFor(REASONS[error.code ?? ''] ?? NOT_HTTP);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    'Connection: close',
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${problem.request_id}`,
    ...SECURITY_HEADERS.map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** Answers a request whose target is no address at all. */
export function answerInvalidTarget(res: ServerResponse): void {
  const problem = problemFor(NOT_HTTP);
  for (const [name, value] of SECURITY_HEADERS) res.setHeader(name, value);
  res.writeHead(problem.status, {
    Connection: 'close',
    'Content-Type': PROBLEM_TYPE,
    'X-Request-Id': problem.request_id,
  });
  res.end(JSON.stringify(problem));
}

const problemFor = ([code, detail]: [HttpErrorCode, string]): Problem =>
  problemOf(new HttpError(code, detail), randomUUID(), null);
