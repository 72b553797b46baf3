import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentSession, createClient } from '../../../src/adapters/client/client.ts';
import { freshStore, type Store } from '../../e2e/stores.ts';
import { stablePort } from '../../prove/support/stable-port.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { type Fate, FaultyProxy } from './faulty-proxy.ts';

let store: Store;
let server: RunningServer;
/** The environment of the server, the same after every restart. */
let env: { [name: string]: string | undefined };
beforeAll(async () => {
  store = await freshStore('PGlite');
  env = { ...store.env, MCP_SERVER_PORT: String(await stablePort()) };
  server = await RunningServer.start(env);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

const client = (baseUrl: string, token = server.agentToken) =>
  createClient({ baseUrl, token, retryForMs: 60_000, timeoutMs: 5_000 });
const person = () => client(server.url, server.dashboardToken).people;
const contents = async ({ agentInstanceId: agent_instance_id }: AgentSession, limit = 200) =>
  (await person().messages({ agent_instance_id, limit })).map(({ content }) => content);

/** Asks a question. Resolves when the server has it. */
async function asking(agent: AgentSession, content: string) {
  const { promise: asked, resolve } = Promise.withResolvers<string>();
  const result = agent.ask(content, { onAsked: resolve });
  result.catch(() => undefined);
  return { questionId: await asked, result };
}

describe('over a network that loses, cuts, delays and repeats requests', () => {
  const FATES: readonly Fate[] = [
    'lost on the way',
    'answer lost',
    'answer cut',
    'repeated',
    'delayed',
    'pass',
  ];

  test('no message is lost and none comes twice', async () => {
    let nth = 0;
    // The fates take turns, in an order that shifts with each round, so that each fate happens to every kind
    // of call.
    await using proxy = await FaultyProxy.to(server.port, () => {
      nth += 1;
      return FATES[(nth + Math.floor(nth / FATES.length)) % FATES.length]!;
    });
    const agent = client(proxy.url).session({ agent_type: 'script' });
    const handed: string[] = [];
    const expected: string[] = [];
    for (let round = 1; round <= 4; round += 1) {
      const step = await agent.sendMessage(`step ${round}`);
      handed.push(...step.queued_user_messages.map(({ content }) => content));
      await person().write({ agent_instance_id: agent.agentInstanceId, content: `note ${round}` });
      expected.push(`note ${round}`);
      const { questionId, result } = await asking(agent, `question ${round}?`);
      await person().write({
        agent_instance_id: agent.agentInstanceId,
        content: `answer ${round}`,
        in_reply_to: questionId,
      });
      const { answer, queued_user_messages, messages } = await result;
      expect(answer?.content).toBe(`answer ${round}`);
      handed.push(...[...queued_user_messages, ...messages].map(({ content }) => content));
    }
    expect(handed).toEqual(expected);
    const kept = await contents(agent);
    expect(kept).toEqual(
      Array.from({ length: 4 }, (_, at) => at + 1).flatMap((round) => [
        `step ${round}`,
        `note ${round}`,
        `question ${round}?`,
        `answer ${round}`,
      ]),
    );
    // The proxy has disturbed every kind of call.
    for (const path of ['/messages/agent', '/messages/pending']) {
      const fates = proxy.seen.filter((request) => request.path.endsWith(path)).map(({ fate }) => fate);
      expect(new Set(fates).size).toBeGreaterThanOrEqual(4);
    }
  });

  test('no message of several agents is lost', async () => {
    let nth = 0;
    await using proxy = await FaultyProxy.to(server.port, () => {
      nth += 1;
      return FATES[(nth * 5 + Math.floor(nth / 7)) % FATES.length]!;
    });
    const agents = Array.from({ length: 4 }, () => client(proxy.url).session({ agent_type: 'script' }));
    await Promise.all(
      agents.map(async (agent) => {
        await Promise.all(Array.from({ length: 5 }, (_, at) => agent.sendMessage(`step ${at}`)));
        const { questionId, result } = await asking(agent, 'done?');
        const { agentInstanceId: agent_instance_id } = agent;
        await person().write({ agent_instance_id, content: 'yes', in_reply_to: questionId });
        expect((await result).answer?.content).toBe('yes');
      }),
    );
    for (const agent of agents) {
      const kept = await contents(agent);
      expect(kept.toSorted()).toEqual(
        ['done?', 'step 0', 'step 1', 'step 2', 'step 3', 'step 4', 'yes'].toSorted(),
      );
    }
  });
});

describe('a wait', () => {
  test('survives broken connections', async () => {
    await using proxy = await FaultyProxy.to(server.port);
    const agent = client(proxy.url).session({ agent_type: 'script' });
    const { questionId, result } = await asking(agent, 'Which port?');
    for (let nth = 0; nth < 3; nth += 1) {
      const before = proxy.seen.length;
      proxy.cut();
      while (proxy.seen.length === before) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await person().write({
      agent_instance_id: agent.agentInstanceId,
      content: '8081',
      in_reply_to: questionId,
    });
    expect((await result).answer?.content).toBe('8081');
    // All tries belong to one call: they have the same key.
    const waits = proxy.seen.filter(({ path }) => path.endsWith('/messages/pending'));
    expect(waits.length).toBeGreaterThan(1);
    expect(new Set(waits.map(({ key }) => key)).size).toBe(1);
  });

  test('survives a server that is killed, and one that is stopped', async () => {
    const agent = client(server.url).session({ agent_type: 'script' });
    const { questionId, result } = await asking(agent, 'Still there?');
    await server.kill9();
    server = await RunningServer.start(env);
    await server.stop();
    server = await RunningServer.start(env);
    await person().write({
      agent_instance_id: agent.agentInstanceId,
      content: 'yes',
      in_reply_to: questionId,
    });
    expect(await result).toMatchObject({ status: 'answered', answer: { content: 'yes' } });
    expect(await contents(agent)).toEqual(['Still there?', 'yes']);
  });

  test('still returns an answer that was lost on the way before the server was killed', async () => {
    let lose = false;
    await using proxy = await FaultyProxy.to(server.port, ({ path }) =>
      lose && path.endsWith('/messages/pending') ? 'answer lost' : 'pass',
    );
    const agent = client(proxy.url).session({ agent_type: 'script' });
    lose = true;
    const { questionId, result } = await asking(agent, 'Which port?');
    const { agentInstanceId: agent_instance_id } = agent;
    await person().write({ agent_instance_id, content: '8081', in_reply_to: questionId });
    const isRead = async () =>
      (await person().messages({ agent_instance_id })).some(
        ({ content, read_at }) => content === '8081' && read_at !== null,
      );
    while (!(await isRead())) await new Promise((resolve) => setTimeout(resolve, 20));
    await server.kill9();
    lose = false;
    server = await RunningServer.start(env);
    expect((await result).answer?.content).toBe('8081');
  });
});

test('live events continue after a restart of the server without a gap', async () => {
  const agent = client(server.url).session({ agent_type: 'script' });
  await agent.sendMessage('step 0');
  const seen: string[] = [];
  const watching = (async () => {
    for await (const event of person().events({ agent_instance_id: agent.agentInstanceId })) {
      if (event.type === 'connected' && seen.length === 0) seen.push('connected');
      if (event.type === 'message') seen.push(event.data.content);
      if (seen.at(-1) === 'step 4') return;
    }
  })();
  while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await agent.sendMessage('step 1');
  await agent.sendMessage('step 2');
  await server.kill9();
  server = await RunningServer.start(env);
  await agent.sendMessage('step 3');
  await agent.sendMessage('step 4');
  await watching;
  expect(seen).toEqual(['connected', 'step 1', 'step 2', 'step 3', 'step 4']);
});
