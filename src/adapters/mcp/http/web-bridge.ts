import type { IncomingMessage, ServerResponse } from 'node:http';

/** A Request needs a URL; nothing depends on which. */
const ADDRESS = 'http://localhost/mcp';

/** Headers that are not passed on: those of the connection, and the token, which is verified already. */
const OMITTED_HEADERS = new Set(['authorization', 'connection', 'content-length', 'transfer-encoding']);

/** Returns a signal that is aborted when the connection closes before the answer is sent. */
export function abortedOnClose(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const onClose = (): void => {
    if (!res.writableFinished) controller.abort();
  };
  if (res.closed) onClose();
  else res.once('close', onClose);
  return controller.signal;
}

/** Converts a node:http request, without its body: the host has read and parsed that already. */
export function toFetchRequest(req: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (let index = 0; index < req.rawHeaders.length; index += 2) {
    const name = req.rawHeaders[index]!;
    if (!name.startsWith(':') && !OMITTED_HEADERS.has(name.toLowerCase()))
      headers.append(name, req.rawHeaders[index + 1]!);
  }
  return new Request(ADDRESS, { method: req.method ?? 'GET', headers, signal });
}

/**
 * Sends an answer. Of a stream it sends the headers and a comment at once: some clients and proxies give up
 * if the first byte takes long, and every client skips comments. Resolves when all is sent or the client has
 * disconnected.
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
    // Each event is small and urgent.
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
    if (!res.write(part.value))
      await Promise.race([new Promise((resolve) => res.once('drain', resolve)), closed]);
  }
  res.end();
}
