import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../../support/postgres/postgres-server.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('METRICS_PORT serves metrics on a separate port, and they contain no token and no user', async () => {
  await using folder = await temporaryFolder();
  const port = await freePort();
  await using server = await RunningServer.start({
    DATA_DIR: join(folder.path, 'data'),
    METRICS_PORT: String(port),
  });
  expect(await (await fetch(`${server.url}/ready`)).json()).toEqual({ status: 'ok' });
  await server.call('GET', '/auth/verify');
  await server.call('POST', '/messages/agent', {
    body: { agent_instance_id: crypto.randomUUID(), agent_type: 'claude-code', content: 'Read the code' },
  });
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const requests = 'agent_dashboard_http_request_duration_seconds_count';
  expect(text).toContain(`${requests}{route="/api/v1/auth/verify",method="GET",status="2xx"} 1`);
  expect(text).toContain(`${requests}{route="/api/v1/messages/agent",method="POST",status="2xx"} 1`);
  expect(text).toMatch(/agent_dashboard_batch_updates_count [1-9]/);
  expect(text).toContain('agent_dashboard_known_tokens 1');
  expect(text).not.toContain(server.agentToken.split('.')[1]);
  expect(text).not.toContain('local');
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  expect(await server.stop()).toBe(0);
});
