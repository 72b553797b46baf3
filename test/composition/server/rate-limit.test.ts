import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RunningServer } from '../../support/servers/running-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectNoSecretsIn, secretPartsOf } from '../config/log-secrets.ts';

test('RATE_LIMIT_PER_MINUTE counts the requests of a token over REST and MCP together, and the log has no token', async () => {
  await using folder = await temporaryFolder();
  const env = { DATA_DIR: join(folder.path, 'data'), RATE_LIMIT_PER_MINUTE: '3', LOG_LEVEL: 'trace' };
  await using server = await RunningServer.start(env);
  const { agentToken, dashboardToken } = server;
  const verify = (token: string) => server.call('GET', '/auth/verify', { token });
  const listTools = () =>
    fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${agentToken}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });

  const allowed = [await verify(agentToken), await listTools(), await verify(agentToken)];
  for (const answer of allowed) expect(answer.status).not.toBe(429);
  for (const refused of [await listTools(), await verify(agentToken)]) {
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    // MCP has its fields in the data of a JSON-RPC error, REST at the top level.
    const body = (await refused.json()) as { error?: { data: object } };
    expect(body.error?.data ?? body).toMatchObject({ code: 'rate_limited', status: 429 });
  }
  const health = `${server.url}/health`;
  for (const request of [() => verify(dashboardToken), () => fetch(health)])
    expect((await request()).status).toBe(200);

  expect(await server.stop()).toBe(0);
  expectNoSecretsIn(server.process.stderr, {
    ...secretPartsOf('agent token', agentToken),
    ...secretPartsOf('dashboard token', dashboardToken),
  });
});
