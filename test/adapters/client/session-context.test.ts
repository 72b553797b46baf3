import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentContext, AgentSession } from '../../../src/adapters/client/client.ts';
import { ClientServer } from './client-server.ts';

let server: ClientServer;
beforeAll(async () => {
  server = await ClientServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const contextOf = async ({ agentInstanceId: agent_instance_id }: AgentSession) =>
  (await server.person.people.agentInstance({ agent_instance_id })).context;

/** Returns the sizes of the requests that `send` makes. */
async function sizesOf(send: () => Promise<unknown>): Promise<number[]> {
  server.bodyLengths.length = 0;
  await send();
  return [...server.bodyLengths];
}

test('a session sends its context with the first message, and again only when it has changed', async () => {
  let context: AgentContext = { branch: 'main', machine: 'anvil' };
  const session = server.agent.session({ agent_type: 'script', context: async () => context });
  const [first] = await sizesOf(() => session.sendMessage('a step'));
  const [second] = await sizesOf(() => session.sendMessage('a step'));
  expect(await contextOf(session)).toMatchObject({ branch: 'main', machine: 'anvil' });
  expect(first! - second!).toBe(',"context":{"branch":"main","machine":"anvil"}'.length);

  context = { ...context, branch: 'fix' };
  const deadline = new Date(Date.now() - 1);
  await session.ask('Which port?', { deadline });
  expect(await contextOf(session)).toMatchObject({ branch: 'fix', machine: 'anvil' });
});

test('a context that was not received is sent again', async () => {
  const session = server.agent.session({ agent_type: 'script', context: { branch: 'main' } });
  const lost = AbortSignal.abort(new Error('gone'));
  await expect(session.sendMessage('a step', { signal: lost })).rejects.toThrow('gone');
  await session.sendMessage('a step');
  expect(await contextOf(session)).toMatchObject({ branch: 'main' });
});

test('a session without a context sends none', async () => {
  const session = server.agent.session({ agent_type: 'script' });
  await session.sendMessage('a step');
  expect(await contextOf(session)).toBeNull();
});
