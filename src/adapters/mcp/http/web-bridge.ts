import type { IncomingMessage, ServerResponse } from 'node:http';
import { libraryAccept } from './accept-header.ts';

/** A Request needs a URL. Its value does not matter. */
export const PLACEHOLDER_URL = 'http://localhost/mcp';

/**
 * Headers that are not passed on: the headers of the connection, and the token, which is verified already.
 */
const OMITTED_HEADERS = new Set(['authorization', 'connection', 'content-length', 'transfer-encoding']);

/** Returns a signal that is aborted when the connection closes before the response is sent. */
export function createClientGoneSignal(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const onClose = (): void => {
    if (!res.writableFinished) controller.abort();
  };
  if (res.closed) onClose();
  else res.once('close', onClose);
  return controller.signal;
}

/** Converts a node:http request without its body, which the host has already read and parsed. */
export function toFetchRequest(req: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (let index = 0; index < req.rawHeaders.length; index += 2) {
    const name = req.rawHeaders[index]!;
    // Names with a colon are the pseudo-headers of HTTP/2.
    if (!name.startsWith(':') && !OMITTED_HEADERS.has(name.toLowerCase()))
      headers.append(name, req.rawHeaders[index + 1]!);
  }
  const { method = 'GET' } = req;
  const accept = libraryAccept(headers.get('accept'), method);
  if (accept === null) headers.delete('accept');
  else headers.set('accept', accept);
  return new Request(PLACEHOLDER_URL, { method, headers, signal });
}

/**
 * Sends a response. Resolves when all of it is sent or the client has disconnected. For a stream, the headers
 * and a comment are sent at once: some clients and proxies give up if they wait long for the first byte, and
 * every client skips comments.
 */
export async function sendResponse(response: Response, res: ServerResponse): Promise<void> {
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers) if (!OMITTED_HEADERS.has(name)) headers[name] = value;
  const { body } = response;
  if (res.destroyed || body === null) {
    await body?.cancel();
    res.writeHead(response.status, headers).end();
    return;
  }
  res.writeHead(response.status, headers);
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    // Each event is small, and must not wait until more data fill a packet.
    res.socket?.setNoDelay(true);
    res.write(': open\n\n');
  }
  const reader = body.getReader();
  const closed = new Promise<void>((resolve) => {
    res.once('close', () => {
      reader.cancel().catch(() => undefined);
      resolve();
    });
  });
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    // The client reads slowly: wait until it has read, or has disconnected.
    if (!res.write(part.value))
      await Promise.race([new Promise((resolve) => res.once('drain', resolve)), closed]);
  }
  res.end();
}
