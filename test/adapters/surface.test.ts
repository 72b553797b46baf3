import { afterAll, beforeAll, describe } from 'vitest';
import { ROUTES } from '../../src/adapters/koa/rest/routes.ts';
import { ERROR_META } from '../../src/adapters/mcp/tools/tool-result.ts';
import { TOOLS } from '../../src/adapters/mcp/tools/tools.ts';
import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import { endQuestionsJob } from '../../src/application/jobs/end-questions.ts';
import type { UseCase } from '../../src/application/use-case.ts';
import * as useCases from '../../src/application/use-cases/index.ts';
import { DeadlineAnnouncements } from '../../src/application/waiting/deadline-announcements.ts';
import { CodedError } from '../../src/domain/errors.ts';
import type { Scope } from '../../src/domain/user/api-key.ts';
import { type Outcome, type Surface, surfaceContract } from '../contracts/surface.ts';
import { aCaller, FakeClock, userIdOf } from '../support/builders.ts';
import { fieldsOf } from './koa/test-server.ts';
import { CLIENTS, type TestClient } from './mcp/clients.ts';
import { McpServer } from './mcp/mcp-server.ts';

type Fields = { [field: string]: unknown };

const USE_CASES = new Map(Object.values(useCases).map((useCase) => [useCase.name, useCase as UseCase]));
const USE_CASES_ON_REST = new Set(ROUTES.map(({ useCase }) => useCase.name));
const USE_CASES_ON_MCP = new Set(TOOLS.map(({ useCase }) => useCase.name));

const clock = new FakeClock();
let server: McpServer;
beforeAll(async () => {
  server = await McpServer.start({ clock });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Calls a use case directly, as a user who may do everything. */
async function callDirectly(user: string, name: string, input: object): Promise<Outcome> {
  try {
    const useCase = USE_CASES.get(name)!;
    const caller = aCaller({ userId: userIdOf(user), scopes: [scopeFor(useCase)] });
    return { answer: withUserFeedback(await server.dispatch(useCase, { caller, input })) };
  } catch (error) {
    if (error instanceof CodedError) return { code: error.code, message: error.message };
    throw error;
  }
}

/** What happens beside the calls of a surface. */
const surroundings = {
  callAsPerson: (name: string, input: object) => callDirectly('ann', name, input),
  say: (id: string, content: string) => server.say(id, content),
  untilCallWaits: () => server.untilCallsWait(1),
  async passTime(seconds: number) {
    clock.advance(seconds * 1000);
    const { repository, signals } = server;
    const deadlines = new DeadlineAnnouncements();
    await endQuestionsJob({ repository, signals }, clock, { ids: uuidV7, deadlines }).run();
  },
};

/** MCP tools return the contents of the messages that REST returns. */
const withUserFeedback = (answer: Fields): Fields =>
  'queued_user_messages' in answer
    ? { ...answer, user_feedback: (answer.queued_user_messages as Fields[]).map(({ content }) => content) }
    : answer;

const scopeFor = ({ scopes }: UseCase): Scope =>
  scopes.length === 0 || scopes.includes('agent') ? 'agent' : 'dashboard';

const outputOf = ({ output }: UseCase): object => (output as unknown as { entries: object }).entries;

const direct = (): Surface => ({
  ...surroundings,
  call: (name, input) => callDirectly('ann', name, input),
  callAsStranger: (name, input) => callDirectly('bob', name, input),
});

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
      // Where the body is a list, it is the first field of the use case's output.
      if (Array.isArray(fields)) return { answer: { [Object.keys(outputOf(useCase))[0]!]: fields } };
      if (answer.ok) return { answer: withUserFeedback(fields) };
      return { code: String(fields.code), message: String(fields.detail) };
    };
  return { call: as('ann'), callAsStranger: as('bob'), ...surroundings };
};

const mcp = (ann: TestClient, bob: TestClient): Surface => {
  const as =
    (client: TestClient) =>
    async (name: string, input: object): Promise<Outcome> => {
      const { definition, argumentNames } = TOOLS.find(({ useCase }) => useCase.name === name)!;
      const args = Object.entries(input).map(
        ([field, value]) => [argumentNames.get(field) ?? field, value] as const,
      );
      const result = await client.call(definition.name, Object.fromEntries(args));
      if (!result.isError) return { answer: result.structuredContent! };
      const { code, message } = result._meta![ERROR_META] as { code: string; message: string };
      // The use case's own field names, for the comparison.
      return {
        code,
        message: [...argumentNames].reduce(
          (text, [field, toolField]) => text.replace(toolField, field),
          message,
        ),
      };
    };
  return { call: as(ann), callAsStranger: as(bob), ...surroundings };
};

describe('directly', () => surfaceContract(direct, () => true));

describe('over REST', () => surfaceContract(rest, (name) => USE_CASES_ON_REST.has(name)));

describe.each(CLIENTS)('over MCP, $kind', ({ connect }) => {
  let ann: TestClient;
  let bob: TestClient;
  beforeAll(async () => {
    [ann, bob] = await Promise.all([connect(server.url), connect(server.url, { token: 'bob' })]);
  });
  afterAll(() => Promise.all([ann.close(), bob.close()]));

  surfaceContract(
    () => mcp(ann, bob),
    (name) => USE_CASES_ON_MCP.has(name),
  );
});
