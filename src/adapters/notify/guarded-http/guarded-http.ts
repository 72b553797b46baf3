import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { request as requestByTls } from 'node:https';
import type { LookupFunction } from 'node:net';
import { connectionFailure } from './connection-failure.ts';
import { publicLookup, requirePublicHost } from './public-address.ts';

/** How much of a response is read. What a channel says in one is short. */
const MAX_RESPONSE_BYTES = 16 * 1024;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As `targetUrl` returns it. */
  readonly url: URL;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The first 16 KiB. */
  readonly text: string;
}

/** Sends a request to an address that a user has given. @throws DeliveryError if there is no response. */
export type SendRequest = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

export interface GuardedHttpOptions {
  /** Whether users may let this server call addresses in its own network. */
  readonly allowPrivateTargets: boolean;
  /** Resolves names. `dns.lookup` is the default. */
  readonly lookup?: LookupFunction;
}

/**
 * Makes a function that sends requests to addresses that users give. If private targets are not allowed, each
 * connection is checked, after its name is resolved.
 *
 * Redirects are not followed: they would lead past what the user has entered.
 */
export function guardedHttp({ allowPrivateTargets, lookup }: GuardedHttpOptions): SendRequest {
  const resolver = allowPrivateTargets ? lookup : publicLookup(lookup);
  return async ({ method, url, headers, body }, signal) => {
    try {
      if (!allowPrivateTargets) requirePublicHost(url);
      const options = {
        ...{ method, signal, headers: { ...COMMON_HEADERS, ...headers } },
        // Each request has a connection of its own. A shared one may have been made without the check.
        agent: false,
        ...(resolver && { lookup: resolver }),
      };
      const opened = (url.protocol === 'https:' ? requestByTls : request)(url, options);
      return await untilAborted(responseTo(opened, body), signal);
    } catch (error) {
      throw connectionFailure(error, url, { signal, allowPrivateTargets });
    }
  };
}

const COMMON_HEADERS = { 'user-agent': 'agent-dashboard', 'accept-encoding': 'identity' };

function responseTo(opened: ClientRequest, body: HttpRequest['body']): Promise<HttpResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  opened.once('response', (response) => resolve(readResponse(response)));
  // Nobody asked for another protocol, so this is a response like any other that refuses a request.
  opened.once('upgrade', ({ statusCode: status = 0, headers }, socket) => {
    socket.destroy();
    resolve({ status, headers, text: '' });
  });
  // It stays, because an error may come at any time, also after the response has begun.
  opened.on('error', reject);
  opened.once('close', () => reject(Object.assign(new Error('No response'), { code: 'ECONNRESET' })));
  opened.end(body);
  return promise;
}

async function readResponse(response: IncomingMessage): Promise<HttpResponse> {
  const { statusCode: status = 0, headers } = response;
  return { status, headers, text: await startOf(response) };
}

/** Settles like the work, or rejects when the signal is aborted, whatever the connection is doing. */
async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise: isAborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([work, isAborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function startOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    length += chunk.length;
    // Leaving the loop closes the connection.
    if (length >= MAX_RESPONSE_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_RESPONSE_BYTES).toString();
}
