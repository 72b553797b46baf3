import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Operator } from '../../application/admin/operator.ts';
import { CodedError } from '../../domain/errors.ts';
import type { Logger } from '../../ports/runtime.ts';
import { receiveLines, sendLines } from './json-lines.ts';

/** The size of `sun_path` on macOS; Linux has four bytes more. Node would cut a longer path silently. */
const PATH_LIMIT = 103;

/** After this time an answer is not expected any more. */
const PATIENCE_MS = 15_000;

type Operation = keyof Operator;

interface Question {
  readonly operation: Operation;
  readonly argument: unknown;
}

type Answer = { readonly result: unknown } | { readonly error: string };

const socketPath = (dataDir: string): string => join(dataDir, 'operator.sock');

/**
 * Lets other processes of the same user work on the keys and data in a database that this process has locked.
 * Each connection has one question and one answer, both JSON. A long answer has many lines. The socket has
 * mode 0600 and no password: whoever can open it can also read the signing key beside it. Call this only with
 * the folder's lock: it replaces the socket that a killed process left behind.
 */
export async function openOperatorSocket(
  dataDir: string,
  operator: Operator,
  logger: Logger,
): Promise<AsyncDisposable> {
  const path = socketPath(dataDir);
  if (isTooLong(path)) {
    logger.warn(
      { path },
      'DATA_DIR is too long for a socket: `token` works only while this server is stopped',
    );
    return { [Symbol.asyncDispose]: async () => {} };
  }
  await rm(path, { force: true });
  const asking = new Set<Socket>();
  /** Connections with an answer of many lines. */
  const following = new Set<Socket>();
  const underWay = new Set<Promise<void>>();
  const server = createServer({ allowHalfOpen: true }, async (socket) => {
    socket.on('error', (err) => logger.debug({ err }, 'operator gone'));
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    asking.add(socket);
    const question = await text(socket).catch(() => '');
    asking.delete(socket);
    // The other process only checked that we listen, or has gone.
    if (question === '') return void socket.end();
    const answered = answer(socket, question, { operator, logger, following }).finally(() =>
      underWay.delete(answered),
    );
    underWay.add(answered);
  });
  // With the umask the socket has the right mode from the start. With chmod there would be a gap.
  const before = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(before);
  }
  await once(server, 'listening');
  server.unref();
  return {
    // Waits for answers under way, because the store closes next. An answer of many lines could take minutes,
    // so it is cut off.
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of [...asking, ...following]) socket.destroy();
      await Promise.all(underWay);
      await rm(path, { force: true });
    },
  };
}

interface Answering {
  readonly operator: Operator;
  readonly logger: Logger;
  readonly following: Set<Socket>;
}

async function answer(socket: Socket, text: string, answering: Answering): Promise<void> {
  const { operator, following } = answering;
  try {
    const { operation, argument } = JSON.parse(text) as Question;
    if (!Object.hasOwn(operator, operation)) throw new Error('There is no such operation');
    const run = operator[operation] as (argument: unknown) => Promise<unknown> | AsyncIterable<unknown>;
    const answers = run(argument);
    if (!(Symbol.asyncIterator in answers)) return reply(socket, { result: await answers });
    // No time limit: a person may read the lines in a pager.
    socket.setTimeout(0);
    following.add(socket);
    await sendLines(socket, answers, (error) => explain(error, answering)).finally(() =>
      following.delete(socket),
    );
  } catch (error) {
    reply(socket, { error: explain(error, answering) });
  }
}

function explain(error: unknown, { logger }: Answering): string {
  if (!(error instanceof CodedError)) logger.error({ err: error }, 'operator failed');
  return (error as Error).message;
}

const reply = (socket: Socket, answer: Answer): void => void socket.end(JSON.stringify(answer));

/**
 * The operator of the process that has locked the folder; null when it does not listen.
 * @throws Error when the path is too long for a socket.
 */
export async function reachOperator(dataDir: string): Promise<Operator | null> {
  const path = socketPath(dataDir);
  if (isTooLong(path)) {
    throw new Error(
      `${dataDir} is in use, and too long a path to ask a running server through (${path} has more than ` +
        `${PATH_LIMIT} bytes). Stop that process, or choose a shorter DATA_DIR.`,
    );
  }
  if (!(await hasOperator(dataDir))) return null;
  return {
    issue: (request) => ask(path, { operation: 'issue', argument: request }),
    list: () => ask(path, { operation: 'list', argument: null }),
    revoke: (id) => ask(path, { operation: 'revoke', argument: id }),
    import: (tokens) => ask(path, { operation: 'import', argument: tokens }),
    holdings: (userId) => ask(path, { operation: 'holdings', argument: userId }),
    exportUser: (userId) => follow(path, { operation: 'exportUser', argument: userId }),
    deleteUser: (userId) => follow(path, { operation: 'deleteUser', argument: userId }),
  };
}

/** Whether the process that has locked the folder listens. */
export async function hasOperator(dataDir: string): Promise<boolean> {
  const path = socketPath(dataDir);
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

/** The other process runs this same program, so its answer has the operation's type. */
async function ask<Result>(path: string, question: Question): Promise<Result> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('The running server does not answer')));
  await once(socket, 'connect');
  socket.end(JSON.stringify(question));
  const said = await text(socket);
  if (said === '') throw new Error('The running server stopped before it answered; see: token list');
  const answer = JSON.parse(said) as Answer;
  if ('error' in answer) throw new Error(answer.error);
  return answer.result as Result;
}

/** The same for an answer of many lines. It connects when the first line is needed. */
async function* follow<Item>(path: string, question: Question): AsyncGenerator<Item> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.end(JSON.stringify(question));
  yield* receiveLines<Item>(socket);
}

const isTooLong = (path: string): boolean => Buffer.byteLength(path) > PATH_LIMIT;
