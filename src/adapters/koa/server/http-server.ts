import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type Koa from 'koa';
import { FirstPaths } from './first-paths.ts';
import { answerInvalidTarget, answerMalformedRequest } from './malformed-request.ts';
import { OpenConnections } from './open-connections.ts';

export interface HttpServerLimits {
  /** How long the headers of a request may take to arrive. */
  readonly headersTimeoutMs?: number;
  /** How long a whole request, with its body, may take to arrive. */
  readonly requestTimeoutMs?: number;
  /** How long a connection may be idle. It is longer than in most proxies, so that the proxy closes first. */
  readonly keepAliveTimeoutMs?: number;
}

const MAX_HEADER_BYTES = 16 * 1024;

export interface HttpServer {
  readonly server: Server;
  /**
   * Stops accepting connections, and waits until the current requests are answered. After `timeoutMs` it
   * closes the remaining connections.
   * @returns whether every request was answered in time.
   */
  drain(timeoutMs: number): Promise<boolean>;
}

/**
 * Creates a node:http server for `app`. It limits the size of headers and the duration of requests, and can
 * finish its current requests before a stop.
 */
export function createHttpServer(app: Koa, limits: HttpServerLimits = {}): HttpServer {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 120_000, keepAliveTimeoutMs = 65_000 } = limits;
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    // How often Node checks the headers and request timeouts. With Node's default they could be 30 s longer.
    connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
    // The guard checks the Host header and responds with a problem; Node would send a 400 without a body.
    requireHostHeader: false,
  });
  const connections = new OpenConnections(server);
  const firstPaths = new FirstPaths(server);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) =>
    answerMalformedRequest(error, socket, connections.responseOn(socket), firstPaths.of(socket)),
  );
  const runApp = app.callback();
  const handleRequest = (req: IncomingMessage, res: ServerResponse): void => {
    if (hasValidTarget(req)) void runApp(req, res);
    else answerInvalidTarget(res);
  };
  server.on('request', handleRequest);
  // Without this listener, Node would respond to an unknown Expect header with an empty 417.
  server.on('checkExpectation', handleRequest);
  return { server, drain: (timeoutMs) => connections.drain(timeoutMs) };
}

/**
 * Returns whether Koa can handle a request target (RFC 9112, section 3.2). It needs a path or a complete URL.
 */
const hasValidTarget = ({ url = '' }: IncomingMessage): boolean =>
  url.startsWith('/') || url === '*' || URL.canParse(url);
