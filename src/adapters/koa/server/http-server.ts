import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type Koa from 'koa';
import { answerMalformedRequest, answerInvalidTarget } from './malformed-request.ts';
import { OpenConnections } from './open-connections.ts';

export interface HttpServerLimits {
  /** For a request's headers to be in. */
  readonly headersTimeoutMs?: number;
  /** For a whole request, body included, to be in. */
  readonly requestTimeoutMs?: number;
  /** How long a connection may lie idle: longer than proxies keep theirs, so that they close first. */
  readonly keepAliveTimeoutMs?: number;
}

const HEADER_LIMIT = 16 * 1024;

export interface HttpServer {
  readonly server: Server;
  /**
   * Stops accepting connections, lets requests under way be answered, and closes what is left after
   * `deadlineMs`.
   * @returns whether everything was answered in time.
   */
  drain(deadlineMs: number): Promise<boolean>;
}

/** A node:http server for `app` that bounds what a client may cost, and that can be emptied before a stop. */
export function createHttpServer(app: Koa, limits: HttpServerLimits = {}): HttpServer {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 120_000, keepAliveTimeoutMs = 65_000 } = limits;
  const server = createServer({
    maxHeaderSize: HEADER_LIMIT,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    // How often the two timeouts above are looked at; Node's 30 s would make them 30 s longer.
    connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
    // The guard does it, with a problem for an answer; Node's own 400 is bare.
    requireHostHeader: false,
  });
  const connections = new OpenConnections(server);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) =>
    answerMalformedRequest(error, socket, connections.responseOn(socket)),
  );
  const handle = app.callback();
  const answer = (req: IncomingMessage, res: ServerResponse): void => {
    if (hasValidTarget(req)) void handle(req, res);
    else answerInvalidTarget(res);
  };
  server.on('request', answer);
  // Without this Node answers an expectation that it does not know by itself, with an empty 417.
  server.on('checkExpectation', answer);
  return { server, drain: (deadlineMs) => connections.drain(deadlineMs) };
}

/** Koa takes for granted that a request's target (RFC 9112, section 3.2) can be parsed and has a path. */
const hasValidTarget = ({ url = '' }: IncomingMessage): boolean =>
  url.startsWith('/') || url === '*' || URL.canParse(url);
