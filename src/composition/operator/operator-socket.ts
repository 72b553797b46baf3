import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Operator } from '../../application/admin/operator.ts';
import { CodedError } from '../../domain/errors.ts';
import type { UserId } from '../../domain/ids.ts';
import type { Logger } from '../../ports/runtime.ts';
import type { Config } from '../config/config.ts';
import { receiveLines, sendLines } from './json-lines.ts';

/**
 * The longest path that a socket can have on macOS (`sun_path`); on Linux it may have four bytes more. Node
 * would cut a longer path without an error.
 */
const MAX_PATH_BYTES = 103;

/** How long each side waits for the other before it closes the connection. */
const TIMEOUT_MS = 15_000;

/** What a running server does for other processes of the same system user. */
export interface ServerOperator extends Operator {
  /**
   * Makes new sign-in links, one for each address at which the page can be opened. Each works once.
   * @throws PortError `issuing_disabled`
   */
  signInLinks(userId: UserId): Promise<readonly string[]>;
}

type Operation = keyof ServerOperator;

interface OperatorRequest {
  readonly operation: Operation;
  readonly argument: unknown;
}

type OperatorResponse = { readonly result: unknown } | { readonly error: string };

/**
 * Returns the path of a server's socket. Several servers on one PostgreSQL may share a data folder, so there
 * the name has the port.
 */
export const socketPath = ({
  dataDir,
  databaseUrl,
  port,
}: Pick<Config, 'dataDir' | 'databaseUrl' | 'port'>): string =>
  join(dataDir, databaseUrl === null ? 'operator.sock' : `operator-${port}.sock`);

/**
 * Lets other processes of the same system user work on the keys and data in a database that this process has
 * locked. Each connection has one request and one response, both JSON. A long response has many lines. The
 * socket has mode 0600 and no password: a system user who can open it can also read the signing key beside
 * it. No other server may use the path, because this function replaces the socket that a killed process has
 * left behind.
 */
export async function openOperatorSocket(
  path: string,
  operator: ServerOperator,
  logger: Logger,
): Promise<AsyncDisposable> {
  if (isTooLong(path)) {
    logger.warn(
      { path },
      'DATA_DIR is too long for a socket: commands for tokens and users work only while this server is stopped',
    );
    return { [Symbol.asyncDispose]: async () => {} };
  }
  await rm(path, { force: true });
  /** Connections whose request has not arrived completely. */
  const receivingSockets = new Set<Socket>();
  /** Connections with a response of many lines. */
  const streamingSockets = new Set<Socket>();
  /** Requests that are being handled. */
  const runningRequests = new Set<Promise<void>>();
  const server = createServer({ allowHalfOpen: true }, async (socket) => {
    socket.on('error', (err) => logger.debug({ err }, 'operator client disconnected'));
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    receivingSockets.add(socket);
    const request = await text(socket).catch(() => '');
    receivingSockets.delete(socket);
    // Empty: the other process only tested the connection, or it has disconnected.
    if (request === '') return void socket.end();
    const handling = handleRequest(socket, request, { operator, logger, streamingSockets }).finally(() =>
      runningRequests.delete(handling),
    );
    runningRequests.add(handling);
  });
  // The umask gives the socket the right mode from the start. With a chmod after `listen`, other users could
  // connect before the chmod.
  const umaskBefore = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(umaskBefore);
  }
  await once(server, 'listening');
  server.unref();
  return {
    // Waits for the running requests, because the store closes next. A response of many lines could take
    // minutes, so its connection is closed.
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of [...receivingSockets, ...streamingSockets]) socket.destroy();
      await Promise.all(runningRequests);
      await rm(path, { force: true });
    },
  };
}

interface RequestContext {
  readonly operator: ServerOperator;
  readonly logger: Logger;
  readonly streamingSockets: Set<Socket>;
}

async function handleRequest(socket: Socket, requestText: string, context: RequestContext): Promise<void> {
  const { operator, streamingSockets } = context;
  try {
    const { operation, argument } = JSON.parse(requestText) as OperatorRequest;
    if (!Object.hasOwn(operator, operation)) throw new Error('There is no such operation');
    const run = operator[operation] as (argument: unknown) => Promise<unknown> | AsyncIterable<unknown>;
    const result = run(argument);
    if (!(Symbol.asyncIterator in result)) return sendResponse(socket, { result: await result });
    // No time limit: a person may read the lines in a pager.
    socket.setTimeout(0);
    streamingSockets.add(socket);
    await sendLines(socket, result, (error) => explain(error, context)).finally(() =>
      streamingSockets.delete(socket),
    );
  } catch (error) {
    sendResponse(socket, { error: explain(error, context) });
  }
}

function explain(error: unknown, { logger }: RequestContext): string {
  if (!(error instanceof CodedError)) logger.error({ err: error }, 'operator failed');
  return (error as Error).message;
}

const sendResponse = (socket: Socket, response: OperatorResponse): void =>
  void socket.end(JSON.stringify(response));

/**
 * Connects to the operator of the server with this socket. Returns null when no server listens.
 * @throws Error when the path is too long for a socket.
 */
export async function connectToOperator(path: string): Promise<ServerOperator | null> {
  if (isTooLong(path)) {
    throw new Error(
      `${dirname(path)} may be locked by a running process, and this command cannot reach it: the path of its socket, ` +
        `${path}, has more than ${MAX_PATH_BYTES} bytes. Stop that process, or choose a shorter DATA_DIR.`,
    );
  }
  if (!(await isOperatorListening(path))) return null;
  return {
    issue: (request) => callOperator(path, { operation: 'issue', argument: request }),
    list: () => callOperator(path, { operation: 'list', argument: null }),
    revoke: (id) => callOperator(path, { operation: 'revoke', argument: id }),
    signInLinks: (userId) => callOperator(path, { operation: 'signInLinks', argument: userId }),
    import: (tokens) => callOperator(path, { operation: 'import', argument: tokens }),
    holdings: (userId) => callOperator(path, { operation: 'holdings', argument: userId }),
    exportUser: (userId) => streamFromOperator(path, { operation: 'exportUser', argument: userId }),
    deleteUser: (userId) => streamFromOperator(path, { operation: 'deleteUser', argument: userId }),
  };
}

/** Returns whether a server listens on this socket. */
export async function isOperatorListening(path: string): Promise<boolean> {
  if (isTooLong(path)) return false;
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Sends a request. The other process runs the same program, so its response has the type of the operation.
 */
async function callOperator<Result>(path: string, request: OperatorRequest): Promise<Result> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('The running server does not answer')));
  await once(socket, 'connect');
  socket.end(JSON.stringify(request));
  const received = await text(socket);
  if (received === '')
    throw new Error('The server stopped before it answered, so the command may have been carried out or not');
  const response = JSON.parse(received) as OperatorResponse;
  if ('error' in response) throw new Error(response.error);
  return response.result as Result;
}

/** Sends a request whose response has many lines. Connects when the first line is needed. */
async function* streamFromOperator<Item>(path: string, request: OperatorRequest): AsyncGenerator<Item> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.end(JSON.stringify(request));
  yield* receiveLines<Item>(socket);
}

const isTooLong = (path: string): boolean => Buffer.byteLength(path) > MAX_PATH_BYTES;
