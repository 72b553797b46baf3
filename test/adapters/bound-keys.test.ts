import { randomUUID } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InMemoryAgentInstanceRepository } from '../../src/adapters/in-memory/agent-instance-repository.ts';
import type { Route } from '../../src/adapters/koa/rest/route.ts';
import { ROUTES } from '../../src/adapters/koa/rest/routes.ts';
import { TOOLS } from '../../src/adapters/mcp/tools/tools.ts';
import { systemClock } from '../../src/adapters/runtime/system.ts';
import { createUserExport } from '../../src/application/admin/user-export.ts';
import type { UseCase } from '../../src/application/use-case.ts';
import * as useCases from '../../src/application/use-cases/index.ts';
import { CodedError } from '../../src/domain/errors.ts';
import type { AgentInstanceId } from '../../src/domain/ids.ts';
import { aCaller, newKeyId, userIdOf } from '../support/builders.ts';
import { type InstanceIds, inputsNaming, unknownIds, unlistedIdFields } from './foreign-inputs.ts';
import { IssuingServer } from './issuing-server.ts';
import { signedToken } from './jwt/signed-tokens.ts';
import { fieldsOf } from './koa/test-server.ts';
import { MODERN, STREAMABLE } from './mcp/clients.ts';

type Fields = { [name: string]: unknown };

const SECRET = 'not for the bound key';
const NO_IDS: InstanceIds = { instance: '', message: '' };

let server: IssuingServer;
let agent: string;
let bound: string;
/** The instance that the key `bound` is bound to. */
let own: InstanceIds;
/** Instances that the key must not reach: one of the same user and one of another user. */
let others: [whose: string, named: InstanceIds][];

beforeAll(async () => {
  server = await IssuingServer.start();
  const stranger = await server.token({ userId: userIdOf('bob') });
  agent = await server.token();
  own = await createConversation(agent, 'mine');
  others = [
    ['of the same user', await createConversation(agent, SECRET)],
    ['of another user', await createConversation(stranger, SECRET)],
  ];
  bound = await server.token({ agentInstanceId: own.instance as AgentInstanceId });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Creates an instance with a question and queued messages. */
async function createConversation(token: string, text: string): Promise<InstanceIds> {
  const agent_instance_id = randomUUID();
  const say = async (path: string, more: object) => {
    const body = { agent_instance_id, content: text, ...more };
    const answer = await server.call(token, 'POST', path, { body });
    return String((await fieldsOf(answer)).message_id);
  };
  await say('/messages/agent', { agent_type: 'codex' });
  await say('/messages/user', { mark_as_read: false });
  const message = await say('/messages/agent', { requires_user_input: true });
  await say('/messages/user', { mark_as_read: false });
  await say('/messages/user', { mark_as_read: false });
  return { instance: agent_instance_id, message };
}

/** Returns everything that is stored except the instance that the key is bound to. */
function readOtherData(): unknown {
  const { users } = server.stores.repository as InMemoryAgentInstanceRepository;
  return structuredClone(
    [...users].map(([user, { agentTypes, instances, instanceIdByMessageId: instanceOfMessage }]) => ({
      user,
      agentTypes,
      instances: [...instances].filter(([id]) => id !== own.instance),
      messages: [...instanceOfMessage].filter(([, id]) => id !== own.instance),
    })),
  );
}

/** Runs the attempts on other instances and on unknown ids, and expects the same outcomes and no change. */
async function expectSameAsUnknown(
  attempts: (other: InstanceIds) => readonly (() => Promise<{ outcome: unknown; refused: boolean }>)[],
): Promise<void> {
  const before = readOtherData();
  const run = async (other: InstanceIds) => {
    const outcomes = [];
    for (const attempt of attempts(other)) outcomes.push(await attempt());
    // An error may repeat the ids of the request.
    const text = JSON.stringify(outcomes).replaceAll(other.instance, 'it').replaceAll(other.message, 'its');
    return { text, refused: outcomes.map(({ refused }) => refused) };
  };
  const nothing = await run(unknownIds());
  expect(nothing.text).not.toContain(SECRET);
  for (const [whose, other] of others) {
    const outcome = await run(other);
    expect(outcome.text, whose).toBe(nothing.text);
    expect(readOtherData(), whose).toEqual(before);
  }
}

const AGENT_USE_CASES: readonly UseCase[] = (Object.values(useCases) as UseCase[]).filter(({ scopes }) =>
  scopes.includes('agent'),
);
const allowsAgents = ({ useCase }: { useCase: UseCase }) => AGENT_USE_CASES.includes(useCase);

describe('a key that is bound to one agent instance', () => {
  test('finds no other instance with any use case and any field', async () => {
    const caller = aCaller({ userId: userIdOf('ann'), agentInstanceId: own.instance as AgentInstanceId });
    const ask = async (useCase: UseCase, input: object) => {
      try {
        return { outcome: await server.dispatch(useCase, { caller, input }), refused: false };
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        return { outcome: [useCase.name, error.code, error.message], refused: true };
      }
    };
    for (const useCase of AGENT_USE_CASES.filter(hasNames)) {
      await expectSameAsUnknown((other) =>
        inputsNaming(useCase, other, own).map((input) => () => ask(useCase, { ...input, wait_seconds: 0 })),
      );
    }
  });

  test.each(ROUTES.filter(allowsAgents).filter(({ useCase }) => hasNames(useCase)))(
    'finds no other instance with $method $path',
    async (route) => {
      await expectSameAsUnknown((other) =>
        inputsNaming(route.useCase, other, own).map((input) => () => sendRequest(bound, route, input)),
      );
    },
  );

  test.each(ROUTES.filter(allowsAgents).filter(({ useCase }) => namesInstance(useCase)))(
    'must not name another instance in $method $path',
    async (route) => {
      for (const [, other] of [...others, ['unknown', unknownIds()] as const]) {
        const input = inputsNaming(route.useCase, other, own).at(-1)!;
        const { outcome } = await sendRequest(bound, route, { ...input, wait: 1 });
        expect(outcome).toMatchObject({ status: 403, fields: { code: 'insufficient_scope' } });
      }
    },
  );

  test.each(ROUTES.filter((route) => !allowsAgents(route) && route.useCase.scopes.length > 0))(
    'gets 403 for $method $path, which needs the scope dashboard',
    async (route) => {
      const { outcome } = await sendRequest(bound, route, { id: newKeyId(), agent_type_id: randomUUID() });
      expect(outcome).toMatchObject({ status: 403, fields: { code: 'insufficient_scope' } });
    },
  );

  test.each(AGENT_USE_CASES)('every id field of $name is in the table of tried fields', (useCase) => {
    const known: { [useCase: string]: string[] } = { browse_conversations: ['cursor'] };
    expect(unlistedIdFields(useCase)).toEqual(known[useCase.name] ?? []);
  });

  test('verify_token is the only use case without a scope', () => {
    const open = (Object.values(useCases) as UseCase[]).filter(({ scopes }) => scopes.length === 0);
    expect(open.map(({ name }) => name)).toEqual(['verify_token']);
  });

  test('gets its user and its instance from GET /auth/verify', async () => {
    const verified = await fieldsOf(await server.call(bound, 'GET', '/auth/verify'));
    expect(verified).toMatchObject({ user_id: 'ann', agent_instance_id: own.instance, scopes: ['agent'] });
  });

  test('starts its own instance when it names none, or names it in another form of the id', async () => {
    const instance = randomUUID();
    const token = await server.token({ agentInstanceId: instance as AgentInstanceId });
    const started = await server.call(token, 'POST', '/agent-instances', { body: { agent_type: 'codex' } });
    expect(await fieldsOf(started)).toMatchObject({ agent_instance_id: instance });
    const agent_instance_id = instance.toUpperCase().replaceAll('-', '');
    const body = { agent_instance_id, content: 'a step' };
    const step = await server.call(token, 'POST', '/messages/agent', { body });
    expect(await fieldsOf(step)).toMatchObject({ agent_instance_id: instance });
  });

  test('does not get another instance’s stored response with the same Idempotency-Key', async () => {
    const instance = randomUUID() as AgentInstanceId;
    const tokens = [agent, await server.token({ agentInstanceId: instance })] as const;
    const start = async (token: string, key: string) => {
      const headers = { 'idempotency-key': key };
      const options = { body: { agent_type: 'codex' }, headers };
      const answer = await server.call(token, 'POST', '/agent-instances', options);
      return { status: answer.status, fields: await fieldsOf(answer) };
    };
    for (const [first, second] of [tokens, [...tokens].reverse()] as [string, string][]) {
      const key = randomUUID();
      const answered = await start(first, key);
      expect(answered.status).toBe(201);
      const repeated = await start(second, key);
      expect(repeated).toMatchObject({ status: 422, fields: { code: 'idempotency_key_reused' } });
      expect(JSON.stringify(repeated)).not.toContain(answered.fields.agent_instance_id);
      expect(await start(first, key)).toEqual(answered);
    }
  });

  test('gets its own stored response with the same Idempotency-Key', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = { agent_instance_id: own.instance, content: 'once' };
    const send = async () => fieldsOf(await server.call(bound, 'POST', '/messages/agent', { body, headers }));
    expect(await send()).toEqual(await send());
  });

  test.each([useCases.createApiKey, useCases.listApiKeys, useCases.revokeApiKey] as UseCase[])(
    'cannot use $name, even if a token verifier gives it the scope dashboard',
    async (useCase) => {
      const agentInstanceId = own.instance as AgentInstanceId;
      const caller = aCaller({ userId: userIdOf('ann'), scopes: ['dashboard'], agentInstanceId });
      const asked = server.dispatch(useCase, { caller, input: { name: 'a key', id: newKeyId() } });
      await expect(asked).rejects.toMatchObject({ code: 'issuing_disabled' });
    },
  );

  test('cannot export or delete the account, even if a token verifier gives it the scope dashboard', async () => {
    const agentInstanceId = own.instance as AgentInstanceId;
    const caller = aCaller({ userId: userIdOf('ann'), scopes: ['dashboard'], agentInstanceId });
    const userExport = createUserExport({ ...server.stores, clock: systemClock });
    expect(() => userExport(caller)).toThrow(expect.objectContaining({ code: 'insufficient_scope' }));
    const before = readOtherData();
    const asked = server.dispatch(useCases.deleteAccount, { caller, input: { confirm: 'ann' } });
    await expect(asked).rejects.toMatchObject({ code: 'removal_disabled' });
    expect(readOtherData()).toEqual(before);
  });

  test.each([
    ['agent dashboard', ['agent']],
    ['dashboard', []],
  ])('signed elsewhere with the scope "%s" cannot use dashboard routes', async (scope, scopes) => {
    const token = signedToken({ sub: 'ann', scope, agent_instance_id: own.instance });
    expect(await fieldsOf(await server.call(token, 'GET', '/auth/verify'))).toMatchObject({ scopes });
    const other = others[0]![1].instance;
    for (const route of ROUTES.filter(({ useCase }) => useCase.scopes.includes('dashboard'))) {
      const { outcome } = await sendRequest(token, route, {
        id: newKeyId(),
        agent_instance_id: other,
        status: 'COMPLETED',
      });
      expect(outcome).toMatchObject({ status: 403, fields: { code: 'insufficient_scope' } });
    }
  });
});

describe.each([STREAMABLE, MODERN])(
  'a key that is bound to one agent instance, over MCP, $kind',
  ({ connect }) => {
    test.each(TOOLS)(
      'finds no other instance with $definition.name',
      async ({ definition, useCase, argumentNames }) => {
        await using client = await connect(server.server.url, { token: bound });
        const offered = Object.keys(definition.inputSchema.properties);
        const argsOf = (input: Fields) =>
          Object.fromEntries(
            Object.entries({ ...input, wait_seconds: 0 })
              .map(([field, value]) => [argumentNames.get(field) ?? field, value] as const)
              .filter(([name]) => offered.includes(name)),
          );
        await expectSameAsUnknown((other) =>
          inputsNaming(useCase, other, own, (field) => argumentNames.has(field)).map((input) => async () => {
            const outcome = await client.call(definition.name, argsOf(input));
            expect(outcome.isError).toBe(true);
            return { outcome, refused: true };
          }),
        );
      },
    );

    test('works on its own instance without naming it', async () => {
      const instance = randomUUID();
      const token = await server.token({ agentInstanceId: instance as AgentInstanceId });
      await using client = await connect(server.server.url, { token });
      const step = await client.call('log_step', { step_description: 'a step' });
      const question = await client.call('ask_question', { question_text: 'Which port?', wait_seconds: 0 });
      for (const { structuredContent } of [step, question]) {
        expect(structuredContent).toMatchObject({ agent_instance_id: instance });
      }
      const { question_id } = question.structuredContent!;
      const again = await client.call('ask_question', { question_id, wait_seconds: 0 });
      expect(again.structuredContent).toMatchObject({ status: 'pending', agent_instance_id: instance });
    });
  },
);

test('a key that is bound to one agent instance sees only that one as an MCP resource', async () => {
  const client = new Client({ name: 'test-client', version: '1.0.0' });
  const requestInit = { headers: { authorization: `Bearer ${bound}` } };
  const url = new URL(`${server.server.url}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }) as Transport);
  const { resources, nextCursor } = await client.listResources();
  expect({ uris: resources.map(({ uri }) => uri), nextCursor }).toEqual({
    uris: [`agent-dashboard://agent-instances/${own.instance}`],
    nextCursor: undefined,
  });
  const { contents } = await client.readResource({ uri: resources[0]!.uri });
  expect(JSON.stringify(contents)).toContain('mine');
  await expectSameAsUnknown(({ instance }) =>
    ['', '?before=3'].map((query) => async () => {
      const uri = `agent-dashboard://agent-instances/${instance}${query}`;
      const { code, message, data } = await client.readResource({ uri }).then(
        () => expect.unreachable('it was read'),
        (error: { code: number; message: string; data: unknown }) => error,
      );
      return { outcome: { code, message, data }, refused: true };
    }),
  );
  await client.close();
});

const hasNames = (useCase: UseCase): boolean => inputsNaming(useCase, own ?? NO_IDS, NO_IDS).length > 1;
const namesInstance = (useCase: UseCase): boolean =>
  inputsNaming(useCase, NO_IDS, NO_IDS).some((input) => 'agent_instance_id' in input);

/** Sends `input` in the path, the query or the body, as clients of the route do. */
async function sendRequest(token: string, { method, path, body }: Route, input: Fields) {
  const inPath = new Set<string>();
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => {
    inPath.add(name);
    return String(input[name]);
  });
  const rest = Object.entries(input).filter(([name]) => !inPath.has(name));
  const query = new URLSearchParams(rest.map(([name, value]): [string, string] => [name, `${value}`]));
  const answer = await server.call(
    token,
    method,
    method === 'GET' ? `${filled}?${query}` : filled,
    body === 'needed' ? { body: Object.fromEntries(rest) } : {},
  );
  const text = await answer.text();
  const { request_id: _, ...fields } = (text === '' ? {} : JSON.parse(text)) as Fields;
  return { outcome: { status: answer.status, fields }, refused: !answer.ok };
}
