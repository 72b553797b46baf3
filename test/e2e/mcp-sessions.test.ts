import { expect, test } from 'vitest';
import { CLIENTS, LEGACY, SSE, STREAMABLE, type TestClient } from '../adapters/mcp/clients.ts';
import { stablePort } from '../prove/support/stable-port.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { freshStore, stored } from './stores.ts';

/** Calls everything that a client may call, and returns the agent instance of the step. */
async function use(client: TestClient, step: string, agentInstanceId?: string): Promise<string> {
  const { structuredContent } = await client.call('log_step', {
    step_description: step,
    ...(agentInstanceId !== undefined && { agent_instance_id: agentInstanceId }),
  });
  const instance = String(structuredContent!.agent_instance_id);
  expect((await client.tools()).length).toBeGreaterThan(0);
  const uri = `agent-dashboard://agent-instances/${instance}`;
  expect(JSON.stringify(await client.listResources({}))).toContain(uri);
  expect(JSON.stringify(await client.readResource({ uri }))).toContain(step);
  await client.getPrompt({ name: 'work-with-the-dashboard' });
  return instance;
}

// HTTP+SSE is left out: its session is a connection, and ends with it.
const RESUMING = CLIENTS.filter((client) => client !== SSE);

test('a client that never initializes again continues after a server was killed and started again', async () => {
  await using store = await freshStore('PGlite');
  const env = { ...store.env, MCP_SERVER_PORT: String(await stablePort()) };
  await using stack = new AsyncDisposableStack();
  const clients: { kind: string; client: TestClient; instance: string }[] = [];
  {
    await using server = await RunningServer.start(env);
    const token = server.agentToken;
    for (const { kind, connect } of RESUMING) {
      const client = stack.use(await connect(server.url, { token, clientName: `Agent of ${kind}` }));
      clients.push({ kind, client, instance: await use(client, 'before') });
    }
    await server.kill9();
  }
  const begun = [];
  {
    await using server = await RunningServer.start(env);
    for (const { kind, client, instance } of clients) {
      expect(await use(client, 'after', instance)).toBe(instance);
      // A step without an instance begins a new one, with the type from the client's name.
      begun.push({ id: await use(client, 'new'), name: `agent of ${kind}`.toLowerCase() });
    }
    await server.stop();
  }
  const types = await stored<{ id: string; name: string }>(
    store.env,
    'select i.id, t.name from agent_instances i join agent_types t on t.id = i.agent_type_id',
  );
  expect(types).toEqual(expect.arrayContaining(begun));
});

test.each([STREAMABLE, LEGACY])(
  '$kind: a session works at two processes of one store, each request at the other one',
  async ({ connect }) => {
    await using store = await freshStore('PostgreSQL');
    await using first = await RunningServer.start(store.env);
    await using second = await RunningServer.start(store.env);
    let requests = 0;
    const sent = [0, 0];
    const alternating: typeof fetch = (_url, init) => {
      const nth = requests++ % 2;
      sent[nth]! += 1;
      return fetch(`${[first, second][nth]!.url}/mcp`, init);
    };
    await using client = await connect(first.url, { token: first.agentToken, fetch: alternating });
    const instance = await use(client, 'step 0');
    for (let nth = 1; nth <= 5; nth += 1) {
      expect(await use(client, `step ${nth}`, instance)).toBe(instance);
    }
    expect(Math.min(...sent)).toBeGreaterThan(10);
    const asked = client.call('ask_question', {
      question_text: 'Which?',
      agent_instance_id: instance,
      wait_seconds: 200,
    });
    await answerAt(second, instance);
    expect((await asked).structuredContent).toMatchObject({ status: 'answered', answer: 'this one' });
  },
);

/** Answers the instance's question as its user, as soon as there is one. */
async function answerAt(server: RunningServer, instance: string): Promise<void> {
  const token = server.dashboardToken;
  for (;;) {
    const read = await server.call('GET', `/agent-instances/${instance}`, { token });
    if (((await read.json()) as { status: string }).status === 'AWAITING_INPUT') break;
  }
  const body = { agent_instance_id: instance, content: 'this one', mark_as_read: false };
  expect((await server.call('POST', '/messages/user', { token: server.agentToken, body })).status).toBe(200);
}
