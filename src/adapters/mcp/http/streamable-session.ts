import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { DEFAULT_NEGOTIATED_PROTOCOL_VERSION } from '@modelcontextprotocol/sdk/types.js';
import type { Timing } from '../call/timing.ts';
import { type HttpRequestInfo, packRequestInfo } from './http-request-info.ts';
import { methodNotAllowedResponse } from './json-rpc-responses.ts';
import { createLegacyServer, type LegacyServerOptions } from './legacy-server.ts';
import { OpenRequests } from './open-requests.ts';
import { type MissedEvents, SessionEventStore } from './session-event-store.ts';
import { sessionClientIn } from './session-id.ts';
import type { McpSession } from './sessions.ts';
import { PLACEHOLDER_URL } from './web-bridge.ts';

export interface LegacyOptions extends LegacyServerOptions {
  readonly timing: Timing;
}

/** A session of Streamable HTTP: its open requests and streams, and what a client may resume. */
export class StreamableSession implements McpSession {
  readonly id: string;
  readonly #requests = new OpenRequests();
  readonly #events = new SessionEventStore(this.#requests);
  readonly #transport: WebStandardStreamableHTTPServerTransport;
  /** Resolves when the session can handle requests other than `initialize`. */
  #ready: Promise<unknown>;

  constructor(id: string, options: LegacyOptions) {
    this.id = id;
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      eventStore: this.#events,
      keepAliveMs: options.timing.keepAliveMs,
    });
    this.#transport = transport;
    const server = createLegacyServer({
      ...options,
      // The response is sent here. The library sends nothing for a cancelled request, so the request's stream
      // would stay open for ever. Closing only the stream is not enough: clients of 2025-11-25 would resume
      // it and wait.
      onCancelled: (requestId, outcome) => {
        transport.send({ jsonrpc: '2.0', id: requestId, ...outcome }).catch(options.onError);
      },
    });
    this.#ready = server.connect(transport);
  }

  /**
   * Lets the session continue in this process: repeats the client's `initialize`, with what the session id
   * says about the client.
   */
  restore(): void {
    const { name, capabilities } = sessionClientIn(this.id);
    const body = {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: {
        protocolVersion: DEFAULT_NEGOTIATED_PROTOCOL_VERSION,
        capabilities,
        clientInfo: { name, version: '' },
      },
    };
    const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
    const request = new Request(PLACEHOLDER_URL, { method: 'POST', headers });
    this.#ready = this.#ready
      .then(() => this.#transport.handleRequest(request, { parsedBody: body }))
      .then((response) => response.text());
  }

  /** Handles messages of the client. Refuses the whole body if the id of a request is in use. */
  async post(request: Request, requestInfo: HttpRequestInfo): Promise<Response> {
    await this.#ready;
    const refusal = this.#requests.add(requestInfo.body);
    if (refusal !== null) return refusal;
    const response = await this.#handle(request, requestInfo);
    if (!response.ok) this.#requests.removeAll(requestInfo.body);
    return response;
  }

  /**
   * Opens the stream for messages that belong to no request, or resumes the stream of a request. The new
   * stream takes the place of an older one: the client may have lost that without the server noticing. If
   * there is nothing to resume, the response is 405: after it, clients do not ask again. After a stream that
   * ends they would open the next one, again and again.
   */
  async openStream(request: Request, requestInfo: HttpRequestInfo): Promise<Response> {
    await this.#ready;
    const lastEventId = request.headers.get('last-event-id');
    if (lastEventId) {
      const missed = this.#events.missedAfter(lastEventId);
      if (missed === null || (missed.isFinished && missed.events.length === 0)) {
        return methodNotAllowedResponse(
          'There is nothing to resume after this Last-Event-ID',
          'POST, DELETE',
        );
      }
      if (missed.isFinished) return replay(missed);
    }
    const response = await this.#handle(request, requestInfo);
    if (response.status !== 409) return response;
    this.#transport.closeStandaloneSSEStream();
    return this.#handle(request, requestInfo);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #handle(request: Request, requestInfo: HttpRequestInfo): Promise<Response> {
    const { libraryBody: parsedBody } = requestInfo;
    return this.#transport.handleRequest(request, { parsedBody, authInfo: packRequestInfo(requestInfo) });
  }
}

/** Sends the missed events of a finished stream, and ends. The library would keep the stream open. */
function replay({ events }: MissedEvents): Response {
  const text = events.map(
    ({ id, message }) => `event: message\nid: ${id}\ndata: ${JSON.stringify(message)}\n\n`,
  );
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' };
  return new Response(text.join(''), { headers });
}
