import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ServiceState } from '../../../src/contracts/notifier/open-notifier.ts';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface GivenResponse {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  /** Whether the response stops after this body without ending. */
  readonly isUnfinished?: boolean;
}

export interface HttpService extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  /** All requests, also those that were refused. */
  readonly requests: readonly ReceivedRequest[];
}

/**
 * Starts an HTTP server on the loopback address.
 * @param answer says what it responds while it works.
 */
export async function startHttpService(
  state: ServiceState,
  answer: (request: ReceivedRequest) => GivenResponse,
): Promise<HttpService> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body: await text(incoming) };
    requests.push(request);
    if (state === 'silent') return;
    const given: GivenResponse = state === 'broken' ? { status: 500, body: 'It broke' } : answer(request);
    response.writeHead(given.status, given.headers);
    if (given.isUnfinished) response.write(given.body);
    else response.end(given.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (state === 'unreachable') await close();
  return { url, requests, [Symbol.asyncDispose]: close };
}
