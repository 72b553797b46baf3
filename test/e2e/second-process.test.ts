import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAgentDashboard } from '../support/servers/agent-dashboard.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { AgentClient } from './agent-client.ts';
import { freshStore, type Store, storedMessages } from './stores.ts';

const contents = async () => (await storedMessages(store.env)).map(({ content }) => content);

const QUIET = { LOG_LEVEL: 'fatal', MCP_SERVER_PORT: '0' } as const;

let store: Store;
beforeAll(async () => {
  store = await freshStore('PGlite');
});
afterAll(() => store[Symbol.asyncDispose]());

test('a second process on one DATA_DIR exits with one line, and the first one is unharmed', async () => {
  const instance = randomUUID();
  {
    await using first = await RunningServer.start(store.env);
    const agent = new AgentClient(first, instance);
    await agent.say('before');

    const second = await runAgentDashboard(['serve'], { ...QUIET, ...store.env });
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/^agent-dashboard: .* is in use by another agent-dashboard process.*\n$/);
    expect(second.stderr).toContain(store.env.DATA_DIR);
    expect(second.stderr).toContain('DATABASE_URL');

    await agent.say('after');
    await first.kill9();
  }
  // After a crash nothing has to be cleaned up or waited for.
  await using next = await RunningServer.start(store.env);
  await new AgentClient(next, instance).say('next');
  expect(await next.stop()).toBe(0);
  expect(await contents()).toEqual(['before', 'after', 'next']);
});

test('a port in use is reported in one line that names the variable', async () => {
  await using other = await freshStore('PostgreSQL');
  await using first = await RunningServer.start(other.env);
  for (const env of [store.env, other.env]) {
    const second = await runAgentDashboard(['serve'], { ...QUIET, ...env, MCP_SERVER_PORT: `${first.port}` });
    expect(second).toMatchObject({ code: 1, signal: null, stdout: '' });
    expect(second.stderr).toMatch(/^agent-dashboard: MCP_SERVER_PORT must be a free port.*EADDRINUSE.*\n$/);
  }
  expect((await fetch(`${first.url}/ready`)).status).toBe(200);
});
