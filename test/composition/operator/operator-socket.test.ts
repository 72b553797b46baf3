import { once } from 'node:events';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IssueRequest, Operator } from '../../../src/application/admin/operator.ts';
import {
  hasOperator,
  openOperatorSocket,
  reachOperator,
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

const operatorWith = (operations: Partial<Operator> = {}): Operator => ({
  issue: async (request) => `token of ${request.userId}`,
  list: async () => [],
  revoke: async () => [],
  import: async (tokens) => tokens.map((reason) => ({ outcome: 'refused', reason })),
  holdings: async () => ({ agent_types: 1, agent_instances: 2, messages: 3, api_keys: 4 }),
  async *exportUser(userId) {
    yield { type: 'header', user_id: userId };
  },
  async *deleteUser() {},
  ...operations,
});
const open = (operator = operatorWith()) => openOperatorSocket(folder.path, operator, log);
const path = () => join(folder.path, 'operator.sock');

/** Sends bytes as they are, and reads what comes back. */
async function say(bytes: string | Buffer): Promise<string> {
  const socket = connect({ path: path(), allowHalfOpen: true });
  await once(socket, 'connect');
  socket.end(bytes);
  return text(socket);
}

test('carries every operation, with its argument and its result', async () => {
  await using _socket = await open();
  const operator = (await reachOperator(folder.path))!;
  expect(await operator.issue(REQUEST)).toBe('token of ada');
  expect(await operator.list()).toEqual([]);
  expect(await operator.revoke('x')).toEqual([]);
  expect(await operator.holdings(userIdOf('ada'))).toMatchObject({ messages: 3 });
  const many = Array.from({ length: 5_000 }, (_, nth) => `${nth} `.repeat(50));
  expect(await operator.import(many)).toHaveLength(5_000);
});

test('carries the reason of a refusal', async () => {
  const operator = operatorWith({ issue: () => Promise.reject(issuingDisabled('no key here')) });
  await using _socket = await open(operator);
  await expect((await reachOperator(folder.path))!.issue(REQUEST)).rejects.toThrow('no key here');
});

test('is for its owner alone, and gone when it closes', async () => {
  const socket = await open();
  expect((await stat(path())).mode & 0o777).toBe(0o600);
  await socket[Symbol.asyncDispose]();
  await expect(stat(path())).rejects.toThrow('ENOENT');
  expect(await hasOperator(folder.path)).toBe(false);
  expect(await reachOperator(folder.path)).toBeNull();
});

test('takes the place of what a killed process has left behind', async () => {
  await writeFile(path(), '');
  expect(await reachOperator(folder.path)).toBeNull();
  await using _socket = await open();
  expect(await hasOperator(folder.path)).toBe(true);
});

test.each([
  ['nothing', ''],
  ['no JSON', 'GET / HTTP/1.1\r\n\r\n'],
  ['bytes that are no text', Buffer.from([0, 255, 254, 0, 1])],
  ['null', 'null'],
  ['no operation', '{}'],
  ['an operation that every object has', '{"operation":"toString","argument":null}'],
  ['__proto__', '{"operation":"__proto__","argument":null}'],
  ['an issue of nothing', '{"operation":"issue","argument":null}'],
])('%s on it is answered with an error at most, and harms nothing', async (what, bytes) => {
  await using _socket = await open();
  const answer = await say(bytes);
  if (what === 'nothing') expect(answer).toBe('');
  else expect(JSON.parse(answer)).toEqual({ error: expect.any(String) });
  expect(await (await reachOperator(folder.path))!.issue(REQUEST)).toBe('token of ada');
});

test('waits, when it closes, for what is under way, and for nobody who says nothing', async () => {
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
  const token = (await reachOperator(folder.path))!.issue(REQUEST);
  await asked;
  let isClosed = false;
  const closed = socket[Symbol.asyncDispose]().then(() => {
    isClosed = true;
  });
  await once(silent, 'close');
  // In which time it would have closed, too.
  await using elsewhere = await temporaryFolder();
  await (await openOperatorSocket(elsewhere.path, operatorWith(), log))[Symbol.asyncDispose]();
  expect(isClosed).toBe(false);
  issue('the token');
  expect(await token).toBe('the token');
  await closed;
});

test('a path that is too long for a socket is told in the log, and to who asks', async () => {
  const deep = join(folder.path, 'd'.repeat(90));
  await mkdir(deep);
  await using _socket = await openOperatorSocket(deep, operatorWith(), log);
  expect(log.at('warn')).toMatchObject([{ message: expect.stringContaining('DATA_DIR is too long') }]);
  expect(await hasOperator(deep)).toBe(false);
  await expect(reachOperator(deep)).rejects.toThrow('choose a shorter DATA_DIR');
});

describe('an answer of many lines', () => {
  const line = (nth: number) => ({ type: 'message', content: `${nth} \u2028 \n "`.repeat(100) });

  /** Lines without end; tells how many were made, and when no more will be. */
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

  test('arrives whole, in order', async () => {
    const operator = operatorWith({
      async *exportUser() {
        for (let nth = 0; nth < 3_000; nth += 1) yield line(nth);
      },
    });
    await using _socket = await open(operator);
    const reached = (await reachOperator(folder.path))!;
    expect(await collect(reached.exportUser(userIdOf('ada')))).toEqual(
      Array.from({ length: 3_000 }, (_, nth) => line(nth)),
    );
    expect(await collect(reached.deleteUser(userIdOf('ada')))).toEqual([]);
  });

  test('is made no faster than it is taken, and no more of it once its reader has gone', async () => {
    const { made, operator } = endless();
    {
      await using _socket = await open(operator);
      let taken = 0;
      for await (const _ of (await reachOperator(folder.path))!.exportUser(userIdOf('ada'))) {
        taken += 1;
        if (taken === 50) break;
      }
      await made.ended;
    }
    expect(log.at('error')).toEqual([]);
    // What a socket and the buffers at its ends hold.
    expect(made.count * JSON.stringify(line(0)).length).toBeLessThan(4_000_000);
  });

  test('tells why it ended early', async () => {
    const operator = operatorWith({
      async *exportUser() {
        yield line(1);
        throw new Error('no more');
      },
    });
    await using _socket = await open(operator);
    const lines = (await reachOperator(folder.path))!.exportUser(userIdOf('ada'))[Symbol.asyncIterator]();
    expect(await lines.next()).toMatchObject({ value: line(1) });
    await expect(lines.next()).rejects.toThrow('no more');
  });

  test('is cut off by a server that stops, and does not pass for whole', async () => {
    const { made, operator } = endless();
    const socket = await open(operator);
    const reading = (async () => {
      for await (const _ of (await reachOperator(folder.path))!.exportUser(userIdOf('ada')));
    })();
    const failed = expect(reading).rejects.toThrow('stopped before it was done');
    while (made.count < 10) await new Promise(setImmediate);
    await socket[Symbol.asyncDispose]();
    await failed;
    await made.ended;
  });
});
