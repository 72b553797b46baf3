import { once } from 'node:events';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IssueRequest, Operator } from '../../src/application/operator.ts';
import { hasOperator, openOperatorSocket, reachOperator } from '../../src/composition/operator-socket.ts';
import { issuingDisabled } from '../../src/ports/errors.ts';
import { LogBook } from '../adapters/koa/test-server.ts';
import { userIdOf } from '../support/builders.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

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
