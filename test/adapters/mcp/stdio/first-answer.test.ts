import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { describe, expect, test } from 'vitest';
import { DEFAULT_TIMING } from '../../../../src/adapters/mcp/call/timing.ts';
import { createModernServer } from '../../../../src/adapters/mcp/protocol/modern-server.ts';
import { createToolFeatures } from '../../../../src/adapters/mcp/protocol/server-features.ts';
import {
  FirstAnswer,
  SESSION_VERSIONS,
  STATELESS_VERSIONS,
} from '../../../../src/adapters/mcp/stdio/first-answer.ts';
import { uuidV7 } from '../../../../src/adapters/runtime/system.ts';
import { inMemory, LogBook } from '../../koa/test-server.ts';
import { INITIALIZE, statelessCall } from '../raw-mcp.ts';

const SERVER = { name: 'agent-dashboard-server', version: '1.2.3' };

/** What the library answers to a first request. */
async function libraryAnswer(request: object): Promise<object> {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const services = {
    dispatch: inMemory().dispatch,
    ids: uuidV7,
    logger: new LogBook(),
    timing: DEFAULT_TIMING,
  };
  const features = createToolFeatures(services, []);
  const server = serveStdio(() => createModernServer({ ...SERVER, features }, () => expect.unreachable()), {
    transport: new StdioServerTransport(stdin, stdout),
  });
  stdin.write(`${JSON.stringify(request)}\n`);
  const [line] = await once(stdout, 'data');
  await server.close();
  return JSON.parse(String(line));
}

/** Sends these pieces of input. @returns the answer, and what the library reads after it. */
async function firstAnswer(...pieces: readonly string[]) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const first = new FirstAnswer(SERVER, { stdin, stdout });
  for (const piece of pieces) stdin.write(piece);
  await first.done;
  const answeredId = first.handOver();
  const answer = stdout.read() as Buffer | null;
  stdin.end();
  let rest = '';
  for await (const chunk of stdin) rest += String(chunk);
  return { answeredId, answer: answer === null ? null : JSON.parse(String(answer)), rest };
}

const initialize = (protocolVersion: string, id: string | number = 0) => ({
  ...INITIALIZE,
  id,
  params: { ...INITIALIZE.params, protocolVersion },
});
const discover = (protocolVersion: string) => {
  const { _meta } = statelessCall('', {}, protocolVersion).params;
  return { jsonrpc: '2.0', id: 'probe', method: 'server/discover', params: { _meta } };
};

describe('the first request gets the answer that the library would give', () => {
  test.each([
    ...[...SESSION_VERSIONS, '2030-01-01', ''].map((version) => initialize(version, 7)),
    ...STATELESS_VERSIONS.map(discover),
  ])('$method $params.protocolVersion', async (request) => {
    const line = `${JSON.stringify(request)}\n`;
    const { answer, answeredId, rest } = await firstAnswer(line);
    expect(answer).toEqual(await libraryAnswer(request));
    expect(answeredId).toBe(request.id);
    expect(rest).toBe(line);
  });

  test('for all versions that the library knows', () => {
    expect(SESSION_VERSIONS).toEqual(SUPPORTED_PROTOCOL_VERSIONS);
  });

  test('also in pieces, and with the next messages behind it', async () => {
    const line = JSON.stringify(INITIALIZE);
    const next = '{"jsonrpc":"2.0","method":"notifications/initialized"}\n{"jsonrpc":"2.0",';
    const pieces = [line.slice(0, 20), `${line.slice(20)}\r\n${next}`];
    const { answer, rest } = await firstAnswer(...pieces);
    expect(answer).toMatchObject({ id: 0, result: { serverInfo: SERVER } });
    expect(rest).toBe(pieces.join(''));
  });
});

test.each([
  ['no JSON', '{"jsonrpc":"2.0"'],
  ['no first request', JSON.stringify({ ...INITIALIZE, method: 'tools/list' })],
  ['a notification', JSON.stringify({ ...INITIALIZE, id: undefined })],
  [
    'no client',
    JSON.stringify({ ...INITIALIZE, params: { protocolVersion: '2025-11-25', capabilities: {} } }),
  ],
  ['a version of the future', JSON.stringify(discover('2030-01-01'))],
  ['a very long line', `{"a":"${'x'.repeat(100_000)}"}`],
  ['a list', `[${JSON.stringify(INITIALIZE)}]`],
])('anything else is left to the library: %s', async (_name, line) => {
  expect(await firstAnswer(`${line}\n`)).toEqual({ answer: null, answeredId: null, rest: `${line}\n` });
});

test('a silent client, and one that has gone, keep nothing from loading', async () => {
  expect(await firstAnswer()).toEqual({ answer: null, answeredId: null, rest: '' });
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const first = new FirstAnswer(SERVER, { stdin, stdout });
  stdin.end('{"jsonrpc":');
  await first.done;
  expect(first.handOver()).toBeNull();
});
