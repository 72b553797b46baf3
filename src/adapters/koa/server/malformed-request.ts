import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorFormatAt, formatError } from '../http/error-format.ts';
import { HttpError, type HttpErrorCode } from '../http/http-error.ts';
import { type Problem, problemOf } from '../http/problem.ts';
import { SECURITY_HEADERS } from '../http/security-headers.ts';
import { pathAtStart, pathOfTarget } from './first-paths.ts';

const ERROR_BY_NODE_CODE: { readonly [nodeCode: string]: [HttpErrorCode, string] } = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The headers are larger than 16 KB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request took too long to arrive'],
};

const INVALID_HTTP: [HttpErrorCode, string] = ['malformed_request', 'This is not a valid HTTP request'];

/**
 * Answers a request that Node could not parse: writes the response to the socket itself, and closes it.
 * @param openResponse the unfinished response on this connection, to this request or an earlier one; null if
 * there is none.
 * @param firstPath the path of the first request on this connection, if it is known.
 */
export function answerMalformedRequest(
  error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer },
  socket: Duplex,
  openResponse: ServerResponse | null,
  firstPath: string | null,
): void {
  // No error may be written into another response, or before the response to an earlier request. A malformed
  // request never arrives completely. So a complete request of `openResponse` is an earlier one.
  const blocksErrorResponse =
    openResponse !== null && (openResponse.headersSent || openResponse.req.complete);
  if (error.code === 'ECONNRESET' || !socket.writable || blocksErrorResponse) {
    socket.destroy();
    return;
  }
  const problem = problemFor(ERROR_BY_NODE_CODE[error.code ?? ''] ?? INVALID_HTTP);
  const path =
    openResponse === null
      ? (pathAtStart(error.rawPacket ?? Buffer.alloc(0)) ?? firstPath ?? '')
      : pathOfTarget(openResponse.req.url ?? '');
  const { contentType, body } = formatError(problem, errorFormatAt(path));
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    'Connection: close',
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${problem.request_id}`,
    ...SECURITY_HEADERS.map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** Answers a request whose target is not a valid path or URL. */
export function answerInvalidTarget(res: ServerResponse): void {
  const problem = problemFor(INVALID_HTTP);
  const { contentType, body } = formatError(problem, 'problem');
  for (const [name, value] of SECURITY_HEADERS) res.setHeader(name, value);
  res.writeHead(problem.status, {
    Connection: 'close',
    'Content-Type': contentType,
    'X-Request-Id': problem.request_id,
  });
  res.end(body);
}

const problemFor = ([code, detail]: [HttpErrorCode, string]): Problem =>
  problemOf(new HttpError(code, detail), randomUUID(), null);
