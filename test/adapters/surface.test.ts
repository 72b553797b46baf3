import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../src/adapters/koa/rest/routes.ts';
import { ERROR_META } from '../../src/adapters/mcp/tools/tool-result.ts';
import { TOOLS } from '../../src/adapters/mcp/tools/tools.ts';
import type { UseCase } from '../../src/application/use-case.ts';
import * as useCases from '../../src/application/use-cases/index.ts';
import { CodedError } from '../../src/domain/errors.ts';
import type { Scope } from '../../src/domain/user/api-key.ts';
import { NOT_ON_BOTH, type Outcome, type Surface, surfaceContract } from '../contracts/surface.ts';
import { aCaller, userIdOf } from '../support/builders.ts';
import { fieldsOf } from './koa/test-server.ts';
import { CLIENTS, type TestClient } from './mcp/clients.ts';
import { McpServer } from './mcp/mcp-server.ts';

type Fields = { [field: string]: unknown };

const NAMED = new Map(Object.values(useCases).map((useCase) => [useCase.name, useCase as UseCase]));
const REST = new Set(ROUTES.map(({ useCase }) => useCase.name));
const MCP = new Set(TOOLS.map(({ useCase }) => useCase.name));

let server: McpServer;
beforeAll(async () => {
  server = await McpServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const say = (id: string, content: string) => server.say(id, content);

/** Tools give the contents of what REST gives as messages. */
const inOneForm = (answer: Fields): Fields =>
  'queued_user_messages' in answer
    ? { ...answer, user_feedback: (answer.queued_user_messages as Fields[]).map(({ content }) => content) }
    : answer;

const scopeFor = ({ scopes }: UseCase): Scope =>
  scopes.length === 0 || scopes.includes('agent') ? 'agent' : 'dashboard';

const outputOf = ({ output }: UseCase): object => (output as unknown as { entries: object }).entries;

const direct = (): Surface => {
  const as =
    (user: string) =>
    async (name: string, input: object): Promise<Outcome> => {
      try {
        const useCase = NAMED.get(name)!;
        const caller = aCaller({ userId: userIdOf(user), scopes: [scopeFor(useCase)] });
        return { answer: inOneForm(await server.dispatch(useCase, { caller, input })) };
      } catch (error) {
        if (error instanceof CodedError) return { code: error.code, message: error.message };
        throw error;
      }
    };
  return { useCases: new Set(NAMED.keys()), call: as('ann'), callAsStranger: as('bob'), say };
};

const rest = (): Surface => {
  const as =
    (token: string) =>
    async (name: string, input: object): Promise<Outcome> => {
      const { method, path, useCase } = ROUTES.find(({ useCase }) => useCase.name === name)!;
      const asked = new Map(Object.entries(input));
      const target = path.replaceAll(/:(\w+)/g, (_, field: string) => {
        const value = String(asked.get(field));
        asked.delete(field);
        return encodeURIComponent(value);
      });
      const query = method === 'GET' ? `?${new URLSearchParams([...asked])}` : '';
      const answer = await server.server.call(method, target + query, {
        ...(method === 'GET' || method === 'DELETE' ? {} : { body: Object.fromEntries(asked) }),
        headers: {
          authorization: `Bearer ${scopeFor(useCase) === 'agent' ? token : `${token}-dashboard`}`,
        },
      });
      if (answer.status === 204) return { answer: {} };
      const fields = await fieldsOf(answer);
      // A bare list is the one field of the use case's output that is one.
      if (Array.isArray(fields)) return { answer: { [Object.keys(outputOf(useCase))[0]!]: fields } };
      if (answer.ok) return { answer: inOneForm(fields) };
      return { code: String(fields.code), message: String(fields.detail) };
    };
  return { useCases: REST, call: as('ann'), callAsStranger: as('bob'), say };
};

const mcp = (ann: TestClient, bob: TestClient): Surface => {
  const as =
    (client: TestClient) =>
    async (name: string, input: object): Promise<Outcome> => {
      const { definition, renamed } = TOOLS.find(({ useCase }) => useCase.name === name)!;
      const args = Object.entries(input).map(
        ([field, value]) => [renamed.get(field) ?? field, value] as const,
      );
      const result = await client.call(definition.name, Object.fromEntries(args));
      if (!result.isError) return { answer: result.structuredContent! };
      const { code, message } = result._meta![ERROR_META] as { code: string; message: string };
      // The use case's own words, for the comparison.
      return { code, message: [...renamed].reduce((text, [its, ours]) => text.replace(ours, its), message) };
    };
  return { useCases: MCP, call: as(ann), callAsStranger: as(bob), say };
};

describe('every use case', () => {
  test.each([...NAMED.keys()])('%s is on both surfaces, unless there is a stated reason', (name) => {
    const { on = 'both' } = NOT_ON_BOTH[name] ?? {};
    expect([REST.has(name), MCP.has(name)]).toEqual([
      on === 'both' || on === 'REST',
      on === 'both' || on === 'MCP',
    ]);
  });

  test('that has a reason exists', () => {
    for (const name of Object.keys(NOT_ON_BOTH)) expect(NAMED.has(name)).toBe(true);
  });
});

describe('directly', () => surfaceContract(direct, () => true));

describe('over REST', () => surfaceContract(rest, (name) => REST.has(name)));

describe.each(CLIENTS)('over MCP, $kind', ({ connect }) => {
  let ann: TestClient;
  let bob: TestClient;
  beforeAll(async () => {
    [ann, bob] = await Promise.all([connect(server.url), connect(server.url, { token: 'bob' })]);
  });
  afterAll(() => Promise.all([ann.close(), bob.close()]));

  surfaceContract(
    () => mcp(ann, bob),
    (name) => MCP.has(name),
  );
});
