import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  httpBytes,
  jsonHeaders,
  type RawRequest,
  rawRequest,
  withHeaders,
} from '../../prove/no-5xx/raw-request.ts';
import { tokenInputs } from '../../prove/no-5xx/token-inputs.ts';
import { exchangeRaw } from '../../prove/support/raw-exchange.ts';
import { TestTokens } from '../../prove/support/test-tokens.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectNoSecretsIn, secretPartsOf } from '../config/log-secrets.ts';

const VERIFY = '/api/v1/auth/verify';
const PROTECTED = [
  { method: 'GET', target: VERIFY },
  { method: 'GET', target: '/sse' },
  { method: 'GET', target: '/mcp' },
  { method: 'POST', target: '/mcp', body: { jsonrpc: '2.0', id: 1, method: 'tools/list' } },
  { method: 'POST', target: '/messages?sessionId=none', body: {} },
] as const;

const rpc = (message: object) =>
  ({ method: 'POST', target: '/mcp', body: { jsonrpc: '2.0', id: 1, ...message } }) as const;

/** Returns requests with the token in a wrong place. Each also has a valid token in the right place. */
function misplaced(token: string, valid: string): RawRequest[] {
  const at = (target: string, method = 'GET') => rawRequest(valid, { method, target });
  const headers = [
    'Accept',
    'Content-Encoding',
    'Content-Type',
    'Cookie',
    'Expect',
    'Host',
    'Idempotency-Key',
    'If-None-Match',
    'Last-Event-ID',
    'Mcp-Protocol-Version',
    'Mcp-Session-Id',
    'Origin',
    'Proxy-Authorization',
    'User-Agent',
    'X-Api-Key',
    'X-Client-Type',
    'X-Request-Id',
  ];
  const step = { agent_instance_id: randomUUID(), agent_type: 'codex', content: token };
  const call = rpc({ method: 'tools/call', params: { name: token, arguments: { [token]: token } } });
  return [
    ...['access_token', 'token', 'api_key'].flatMap((name) =>
      [VERIFY, '/mcp', '/'].map((path) => at(`${path}?${name}=${token}`)),
    ),
    at(`/sse?access_token=${token}`),
    at(`/${token}`),
    at(`/api/v1/api-keys/${token}`, 'DELETE'),
    at(`/api/v1/agents/instances/${token}/heartbeat`, 'POST'),
    ...headers.flatMap((name) => [
      withHeaders(at(VERIFY), [[name, token]]),
      withHeaders(rawRequest(valid, rpc({ method: 'tools/list' })), [[name, token]]),
    ]),
    rawRequest(valid, { body: step }),
    rawRequest(valid, { body: { ...step, agent_instance_id: token, message_metadata: token } }),
    rawRequest(valid, { body: { ...step, agent_type: { [token]: token } } }),
    rawRequest(valid, { body: `{"content":"${token}` }),
    rawRequest(valid, { body: token, headers: jsonHeaders(Buffer.from(token)) }),
    ...[
      call,
      rpc({ method: token }),
      rpc({ id: { token } }),
      rpc({ method: 'initialize', params: { protocolVersion: token } }),
    ].flatMap((message) => [
      rawRequest(valid, message),
      withHeaders(rawRequest(valid, message), [['Accept', 'application/json, text/event-stream']]),
    ]),
    ...[
      `GET ${VERIFY} HTTP/1.1\r\nHost: localhost\r\nAuthorization : Bearer ${token}\r\n\r\n`,
      `GET ${VERIFY} HTTP/1.1\r\nHost: localhost\r\n${token}\r\n\r\n`,
      `GET ${VERIFY} HTTP/1.1\r\nHost: localhost\r\nX: y\r\n ${token}\r\n\r\n`,
      `GET ${VERIFY} HTTP/1.1\r\nHost: localhost\r\nX: ${token}${'x'.repeat(20_000)}\r\n\r\n`,
      `GET ${VERIFY} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${token}\r\nAuthorization: ${token}\r\n\r\n`,
      `GET ${token} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      `${token}\r\n\r\n`,
    ].map((text) => rawRequest(null, { bytes: Buffer.from(text) })),
  ];
}

const tokensIn = (request: RawRequest): string[] =>
  Array.from(
    httpBytes(request)
      .toString('latin1')
      .matchAll(/Bearer (\S+)/g),
    ([, token]) => token!,
  );

test('the log has no token, valid or not, wherever a REST or MCP request has put it', async () => {
  await using folder = await temporaryFolder();
  const tokens = await TestTokens.make();
  const [ada, watcher] = [await tokens.of('ada'), await tokens.of('ada', 'dashboard')];
  const invalid = new Set((await tokenInputs(tokens)).flatMap(({ request }) => tokensIn(request)));
  const env = {
    ...tokens.env,
    DATA_DIR: join(folder.path, 'data'),
    LOG_LEVEL: 'trace',
    RATE_LIMIT_PER_MINUTE: '0',
  };
  await using server = await RunningServer.start(env);
  const statusOf = async (request: RawRequest): Promise<number> => {
    const { answers } = await exchangeRaw(server.port, httpBytes(request), { whole: true, head: false });
    return answers.at(-1)?.status ?? 0;
  };

  for (const token of invalid) {
    for (const place of PROTECTED) expect(await statusOf(rawRequest(token, place))).toBe(401);
  }
  // Each of these tokens is put in every place once. A few are enough, because this tests the places.
  const placed = [ada, watcher, ...[...invalid].filter((token) => token.length < 8_000).slice(0, 2)];
  const statuses = new Set<number>();
  for (const token of placed) {
    for (const request of misplaced(token, ada)) statuses.add(await statusOf(request));
  }
  expect(await server.stop()).toBe(0);
  expect([...statuses].filter((status) => status >= 500)).toEqual([]);
  for (const status of [200, 400, 401, 403, 404, 406, 415, 422, 431]) expect(statuses).toContain(status);

  const log = server.process.stderr;
  expect(log.match(/"msg":"request"/g)?.length).toBeGreaterThan(invalid.size * PROTECTED.length);
  const [, key = ''] = tokens.env.JWT_PRIVATE_KEY.split('\n');
  expectNoSecretsIn(log, {
    'private key': key,
    ...Object.assign(
      {},
      ...[ada, watcher, ...invalid].map((token, nth) => secretPartsOf(`token ${nth}`, token)),
    ),
  });
});
