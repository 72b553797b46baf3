import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { StdioTransport } from '../../../../src/adapters/mcp/stdio/stdio-transport.ts';
import { INITIALIZE, toolCall } from '../raw-mcp.ts';

/** A transport whose client writes whole lines. */
async function startTransport(answeredId: string | number | null = null) {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const transport = new StdioTransport({ stdin, stdout }, answeredId);
  const passedOn: object[] = [];
  transport.onmessage = (message) => passedOn.push(message);
  await transport.start();
  const write = (text: string | Buffer) => stdin.emit('data', Buffer.from(text));
  return {
    transport,
    stdin,
    passedOn,
    write,
    send: (...messages: object[]) =>
      write(messages.map((message) => `${JSON.stringify(message)}\n`).join('')),
    answers: (): unknown[] =>
      String(stdout.read() ?? '')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  };
}

const step = (text: string, id: string | number = 1) => toolCall('log_step', { step_description: text }, id);
const pong = (id: string | number) => ({ jsonrpc: '2.0', id, result: {} }) as const;
const errorWith = (id: string | number | null, code: number, message: unknown = expect.any(String)) => ({
  jsonrpc: '2.0',
  id,
  error: { code, message },
});

test.each<[string, string | object, string | number | null, number]>([
  ['no JSON', 'hello', null, -32700],
  ['truncated JSON', '{"a":', null, -32700],
  ['a batch', [step('x', 3), step('y', 4)], null, -32600],
  ['a scalar', '7', null, -32600],
  ['no message', { hello: 'world' }, null, -32600],
  ['no jsonrpc', { id: 8, method: 'ping' }, 8, -32600],
  ['no method', { jsonrpc: '2.0', id: 'a' }, 'a', -32600],
  ['a fraction as id', { jsonrpc: '2.0', id: 1.5, method: 'ping' }, null, -32600],
  ['null as id', { jsonrpc: '2.0', id: null, method: 'ping' }, null, -32600],
  ['a list as params', { jsonrpc: '2.0', id: 5, method: 'tools/call', params: [] }, 5, -32600],
  ['a number as _meta', { jsonrpc: '2.0', id: 6, method: 'ping', params: { _meta: 5 } }, 6, -32600],
  [
    'an object as progressToken',
    { jsonrpc: '2.0', id: 7, method: 'ping', params: { _meta: { progressToken: {} } } },
    7,
    -32600,
  ],
])('%s is answered with a JSON-RPC error', async (_what, sent, id, code) => {
  const { write, passedOn, answers } = await startTransport();
  write(`${typeof sent === 'string' ? sent : JSON.stringify(sent)}\n`);
  expect(answers()).toEqual([errorWith(id, code)]);
  expect(passedOn).toEqual([]);
});

test.each<[string, string]>([
  ['a malformed notification', '{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}'],
  ['a notification without jsonrpc', '{"method":"notifications/initialized"}'],
  ['a malformed response', '{"jsonrpc":"2.0","id":1,"result":5}'],
  ['an empty line', '\r'],
])('%s gets no answer', async (_what, line) => {
  const { write, answers } = await startTransport();
  write(`${line}\n`);
  expect(answers()).toEqual([]);
});

test('a request with the id of an open one is refused, and the open one keeps its arguments', async () => {
  const { transport, send, passedOn, answers } = await startTransport();
  send(step('first'), step('second'));
  expect(passedOn).toHaveLength(1);
  expect(transport.argumentsOf(1)).toEqual({ step_description: 'first' });
  // With the id, the client would take the error for the answer to the first.
  expect(answers()).toEqual([errorWith(null, -32600, expect.stringContaining('request id 1 is in use'))]);
});

test('an error for a malformed request does not name an open request', async () => {
  const { send, answers } = await startTransport();
  send(step('first'), { id: 1, method: 'ping' });
  expect(answers()).toEqual([errorWith(null, -32600)]);
});

test('an id is free again after the response, and after a cancellation', async () => {
  const { transport, send, passedOn, answers } = await startTransport();
  send(step('first'));
  await transport.send(pong(1));
  send(step('second'), {
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: 1 },
  });
  send(step('third'), step('text', '1'));
  expect(answers()).toEqual([pong(1)]);
  expect(passedOn).toHaveLength(5);
  expect(transport.argumentsOf(1)).toEqual({ step_description: 'third' });
});

test('the answer that the client has already is not sent again, and its id is free', async () => {
  const { transport, send, passedOn, answers } = await startTransport(0);
  send(INITIALIZE, step('first', 0));
  expect(passedOn).toHaveLength(2);
  await transport.send(pong(0));
  expect(answers()).toEqual([]);
  send(step('second', 0));
  expect(transport.argumentsOf(0)).toEqual({ step_description: 'first' });
  expect(answers()).toEqual([errorWith(null, -32600)]);
});

test('messages may come in any pieces, and several at once', async () => {
  const { transport, write, passedOn } = await startTransport();
  const bytes = Buffer.from(`${JSON.stringify(step('ä€', 1))}\r\n${JSON.stringify(step('b', 2))}\n`);
  for (const byte of bytes) write(Buffer.of(byte));
  expect(passedOn).toHaveLength(2);
  expect(transport.argumentsOf(1)).toEqual({ step_description: 'ä€' });
});

test('ends with its client', async () => {
  const { transport, stdin } = await startTransport();
  stdin.end();
  await transport.ended;
});
