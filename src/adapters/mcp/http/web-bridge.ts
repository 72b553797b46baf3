import type { IncomingMessage, ServerResponse } from 'node:http';

/** The libraries want some address; nothing depends on it. */
const ADDRESS = 'http://localhost/mcp';

/** Headers that belong to the connection, and the one that is nobody's business further in. */
const LEFT_OUT = new Set(['authorization', 'connection', 'content-length', 'transfer-encoding']);

/** Aborted when the connection closes before the answer is out. */
export function whenGone(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const closed = (): void => {
    if (!res.writableFinished) controller.abort();
  };
  if (res.closed) closed();
  else res.once('close', closed);
  return controller.signal;
}

/** The request without its body, which has been read already and goes along parsed. */
export function toRequest(req: IncomingMessage, gone: AbortSignal): Request {
  const headers = new Headers();
  for (let index = 0; index < req.rawHeaders.length; index += 2) {
    const name = req.rawHeaders[index]!;
    if (!name.startsWith(':') && !LEFT_OUT.has(name.toLowerCase()))
      headers.append(name, req.rawHeaders[index + 1]!);
  }
  return new Request(ADDRESS, { method: req.method ?? 'GET', headers, signal: gone });
}

/**
 * Sends an answer. A stream's headers, and a comment that every client skips, go out at once: some clients
 * and proxies give up when the first byte takes long. Resolves when all is sent, or the client is gone.
 */
export async function sendResponse(response: Response, res: ServerResponse): Promise<void> {
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers) if (!LEFT_OUT.has(name)) headers[name] = value;
  const { body } = response;
  if (res.destroyed || body === null) {
    await body?.cancel();
    res.writeHead(response.status, headers).end();
    return;
  }
  res.writeHead(response.status, headers);
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    // Small frames, each of which someone waits for.
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
