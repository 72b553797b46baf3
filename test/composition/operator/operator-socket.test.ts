import { once } from 'node:events';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IssueRequest } from '../../../src/application/admin/operator.ts';
import {
  connectToOperator,
  isOperatorListening,
  openOperatorSocket,
  type ServerOperator,
} from '../../../src/composition/operator/operator-socket.ts';
import { issuingDisabled } from '../../../src/ports/errors.ts';
import { LogBook } from '../../adapters/koa/test-server.ts';
import { userIdOf } from '../../support/builders.ts';
import { collect } from '../../support/collect.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

const REQUEST: IssueRequest = {
  userId: userIdOf('ada'),
  name: 'laptop',
  scope: 'agent',
  agentInstanceId: null,
  expiresInSeconds: null,
};

let folder: TemporaryFolder;
let log: LogBook;
beforeEach(async () => {
  folder = await temporaryFolder();
  log = new LogBook();
});
afterEach(() => folder[Symbol.asyncDispose]());

const operatorWith = (operations: Partial<ServerOperator> = {}): ServerOperator => ({
  issue: async (request) => `token of ${request.userId}`,
  list: async () => [],
  revoke: async () => [],
  import: async (tokens) => tokens.map((reason) => ({ outcome: 'refused', reason })),
  holdings: async () => ({ agent_types: 1, agent_instances: 2, messages: 3, api_keys: 4 }),
  async *exportUser(userId) {
    yield { type: 'header', user_id: userId };
  },
  async *deleteUser() {},
  signInLinks: async (userId) => [`http://a/#code=${userId}`],
  ...operations,
});
const open = (operator = operatorWith()) => openOperatorSocket(path(), operator, log);
const path = () => join(folder.path, 'operator.sock');

/** Sends raw bytes to the socket and returns the answer. */
async function sendRaw(bytes: string | Buffer): Promise<string> {
  const socket = connect({ path: path(), allowHalfOpen: true });
  await once(socket, 'connect');
  socket.end(bytes);
  return text(socket);
}

test('the operator socket carries every operation with its argument and its result', async () => {
  await using _socket = await open();
  const operator = (await connectToOperator(path()))!;
  expect(await operator.issue(REQUEST)).toBe('token of ada');
  expect(await operator.list()).toEqual([]);
  expect(await operator.revoke('x')).toEqual([]);
  expect(await operator.signInLinks(userIdOf('ada'))).toEqual(['http://a/#code=ada']);
  expect(await operator.holdings(userIdOf('ada'))).toMatchObject({ messages: 3 });
  const many = Array.from({ length: 5_000 }, (_, nth) => `${nth} `.repeat(50));
  expect(await operator.import(many)).toHaveLength(5_000);
});

test('the operator socket carries the message of an error', async () => {
  const operator = operatorWith({ issue: () => Promise.reject(issuingDisabled('no key here')) });
  await using _socket = await open(operator);
  await expect((await connectToOperator(path()))!.issue(REQUEST)).rejects.toThrow('no key here');
});

test('only the owner can use the operator socket, and closing it removes its file', async () => {
  const socket = await open();
  expect((await stat(path())).mode & 0o777).toBe(0o600);
  await socket[Symbol.asyncDispose]();
  await expect(stat(path())).rejects.toThrow('ENOENT');
  expect(await isOperatorListening(path())).toBe(false);
  expect(await connectToOperator(path())).toBeNull();
});

test('the operator socket replaces the file that a killed process left behind', async () => {
  await writeFile(path(), '');
  expect(await connectToOperator(path())).toBeNull();
  await using _socket = await open();
  expect(await isOperatorListening(path())).toBe(true);
});

test.each([
  ['nothing', ''],
  ['no JSON', 'GET / HTTP/1.1\r\n\r\n'],
  ['bytes that are not text', Buffer.from([0, 255, 254, 0, 1])],
  ['null', 'null'],
  ['no operation', '{}'],
  ['the name of a method that every object has', '{"operation":"toString","argument":null}'],
  ['__proto__', '{"operation":"__proto__","argument":null}'],
  ['an issue request without its argument', '{"operation":"issue","argument":null}'],
])('invalid input on the socket gets at most an error and does no harm: %s', async (what, bytes) => {
  await using _socket = await open();
  const answer = await sendRaw(bytes);
  if (what === 'nothing') expect(answer).toBe('');
  else expect(JSON.parse(answer)).toEqual({ error: expect.any(String) });
  expect(await (await connectToOperator(path()))!.issue(REQUEST)).toBe('token of ada');
});

test('closing the socket waits for running operations, but not for idle connections', async () => {
  const { promise: issued, resolve: issue } = Promise.withResolvers<string>();
  const { promise: asked, resolve: begin } = Promise.withResolvers<void>();
  const operator = operatorWith({
    issue: () => {
      begin();
      return issued;
    },
  });
  const socket = await open(operator);
  const silent = connect(path());
  await once(silent, 'connect');
  const token = (await connectToOperator(path()))!.issue(REQUEST);
  await asked;
  let isClosed = false;
  const closed = socket[Symbol.asyncDispose]().then(() => {
    isClosed = true;
  });
  await once(silent, 'close');
  // When another socket has opened and closed, this one would also have closed.
  await using elsewhere = await temporaryFolder();
  await (await openOperatorSocket(join(elsewhere.path, 'operator.sock'), operatorWith(), log))[
    Symbol.asyncDispose
  ]();
  expect(isClosed).toBe(false);
  issue('the token');
  expect(await token).toBe('the token');
  await closed;
});

test('a path that is too long for a socket is reported in the log and to the command', async () => {
  const deep = join(folder.path, 'd'.repeat(90));
  await mkdir(deep);
  await using _socket = await openOperatorSocket(deep, operatorWith(), log);
  expect(log.at('warn')).toMatchObject([{ message: expect.stringContaining('DATA_DIR is too long') }]);
  expect(await isOperatorListening(deep)).toBe(false);
  await expect(connectToOperator(deep)).rejects.toThrow('choose a shorter DATA_DIR');
});

describe('a streamed answer', () => {
  const line = (nth: number) => ({ type: 'message', content: `${nth} \u2028 \n "`.repeat(100) });

  /** Returns an operator with an endless export, and counts the lines that it makes. */
  function endless() {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const made = { count: 0, ended };
    const operator = operatorWith({
      async *exportUser() {
        try {
          for (;;) yield line(made.count++);
        } finally {
          end();
        }
      },
    });
    return { made, operator };
  }

  test('arrives complete and in order', async () => {
    const operator = operatorWith({
      async *exportUser() {
        for (let nth = 0; nth < 3_000; nth += 1) yield line(nth);
      },
    });
    await using _socket = await open(operator);
    const reached = (await connectToOperator(path()))!;
    expect(await collect(reached.exportUser(userIdOf('ada')))).toEqual(
      Array.from({ length: 3_000 }, (_, nth) => line(nth)),
    );
    expect(await collect(reached.deleteUser(userIdOf('ada')))).toEqual([]);
  });

  test('is made only as fast as it is read, and stops when its reader leaves', async () => {
    const { made, operator } = endless();
    {
      await using _socket = await open(operator);
      let taken = 0;
      for await (const _ of (await connectToOperator(path()))!.exportUser(userIdOf('ada'))) {
        taken += 1;
        if (taken === 50) break;
      }
      await made.ended;
    }
    expect(log.at('error')).toEqual([]);
    // The limit covers the buffers of the socket and of both its ends.
    expect(made.count * JSON.stringify(line(0)).length).toBeLessThan(4_000_000);
  });

  test('passes on the error that ended it early', async () => {
    const operator = operatorWith({
      async *exportUser() {
        yield line(1);
        throw new Error('no more');
      },
    });
    await using _socket = await open(operator);
    const lines = (await connectToOperator(path()))!.exportUser(userIdOf('ada'))[Symbol.asyncIterator]();
    expect(await lines.next()).toMatchObject({ value: line(1) });
    await expect(lines.next()).rejects.toThrow('no more');
  });

  test('fails at the reader when the server stops before its end', async () => {
    const { made, operator } = endless();
    const socket = await open(operator);
    const reading = (async () => {
      for await (const _ of (await connectToOperator(path()))!.exportUser(userIdOf('ada')));
    })();
    const failed = expect(reading).rejects.toThrow('stopped before it was done');
    while (made.count < 10) await new Promise(setImmediate);
    await socket[Symbol.asyncDispose]();
    await failed;
    await made.ended;
  });
});
