import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { McpServer } from '../mcp-server.ts';
import { appQuestionOf, connectAppClient } from './app-client.ts';

let server: McpServer;
beforeEach(async () => {
  server = await McpServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const DEPLOY = { question_text: 'Where shall I deploy?', options: ['Staging', 'Production'] };
const ask = (client: Awaited<ReturnType<typeof connectAppClient>>, args: object) =>
  client.callTool({ name: 'ask_question', arguments: { ...args } });
const answer = (client: Awaited<ReturnType<typeof connectAppClient>>, args: object) =>
  client.callTool({ name: 'answer_question', arguments: { ...args } });

describe.each(['stateless', 'sessions'] as const)('a client that shows apps, %s', (mode) => {
  test('finds the app of ask_question, and a tool that only the app may call', async () => {
    await using client = await connectAppClient(server.url, { mode });
    const { tools } = await client.listTools();
    const metaOf = (name: string) => tools.find((tool) => tool.name === name)?._meta;
    expect(metaOf('ask_question')).toEqual({
      ui: { resourceUri: 'ui://agent-dashboard/question', visibility: ['model'] },
    });
    expect(metaOf('answer_question')).toEqual({ ui: { visibility: ['app'] } });
    expect(metaOf('log_step')).toBeUndefined();
  });

  test('reads the app, which may load nothing and send nothing', async () => {
    await using client = await connectAppClient(server.url, { mode });
    const { contents } = await client.readResource({ uri: 'ui://agent-dashboard/question' });
    expect(contents).toMatchObject([
      {
        mimeType: 'text/html;profile=mcp-app',
        text: expect.stringContaining("default-src 'none'; script-src 'sha256-"),
        _meta: { ui: { csp: { connectDomains: [], resourceDomains: [] } } },
      },
    ]);
    const { text } = contents[0] as { text: string };
    expect(text).not.toMatch(/https?:\/\/|\bsrc=|\bfetch\(|innerHTML/);
    expect(text.length).toBeLessThan(12_000);
  });

  test('lets the person answer in the app if the call wants it, and returns at once', async () => {
    await using client = await connectAppClient(server.url, { mode });
    const asked = await ask(client, { ...DEPLOY, elicit: true });
    expect(asked.structuredContent).toMatchObject({ status: 'pending' });
    const { question_id, answer_token, ...shown } = appQuestionOf(asked)!;
    expect(shown).toMatchObject({ text: DEPLOY.question_text, choice: { multiple: false } });
    expect(JSON.stringify([asked.content, asked.structuredContent])).not.toContain(answer_token);
    const answered = await answer(client, { question_id, answer_token, values: ['Staging'] });
    expect(answered.structuredContent).toEqual({ content: 'Staging' });
    const result = await ask(client, { question_id });
    expect(result.structuredContent).toMatchObject({ answer: 'Staging', outcome: { via: 'mcp-app' } });
    const again = await answer(client, { question_id, answer_token, values: ['Production'] });
    expect(again).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^already_answered/) }],
    });
  });

  test.each([
    ['none', () => undefined],
    ['an empty one', () => ''],
    ['the id of the question', ({ question_id }: { question_id: string }) => question_id],
    ['that of another question', (_: object, other: { answer_token: string | null }) => other.answer_token],
  ])('refuses an answer whose token is %s, as from a model that knows only the id', async (_, tokenOf) => {
    await using client = await connectAppClient(server.url, { mode });
    const question = appQuestionOf(await ask(client, { ...DEPLOY, elicit: true }))!;
    const other = appQuestionOf(await ask(client, { question_text: 'And then?', elicit: true }))!;
    const { question_id } = question;
    const refused = await answer(client, {
      question_id,
      answer_token: tokenOf(question, other),
      values: ['Staging'],
    });
    expect(refused).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^invalid_input: answer_token/) }],
    });
  });

  test('refuses the token of another user', async () => {
    await using client = await connectAppClient(server.url, { mode });
    await using stranger = await connectAppClient(server.url, { mode, token: 'bob' });
    const { question_id, answer_token } = appQuestionOf(await ask(client, { ...DEPLOY, elicit: true }))!;
    const refused = await answer(stranger, { question_id, answer_token, values: ['Staging'] });
    expect(refused).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^invalid_input: answer_token/) }],
    });
  });

  test.each([
    ['the call does not want it', { wait_seconds: 0 }],
    [
      'it has a form',
      { options: undefined, elicit: true, form: { type: 'object', properties: { a: { type: 'string' } } } },
    ],
    ['it asks for a secret', { options: undefined, elicit: true, question_text: 'The password?' }],
  ])('leads the person to the page if %s', async (_, args) => {
    await using client = await connectAppClient(server.url, { mode });
    const shown = appQuestionOf(await ask(client, { ...DEPLOY, ...args }))!;
    expect(shown.answer_token).toBeNull();
    expect(shown.url).toMatch(/^https:\/\/agents\.example\/#\/instances\/[0-9a-f-]{36}$/);
  });
});

test('a client that shows no apps gets none of this', async () => {
  await using client = await connectAppClient(server.url, { capabilities: { extensions: {} } });
  const { tools } = await client.listTools();
  expect(tools.map(({ name, _meta }) => [name, _meta])).toEqual(
    ['log_step', 'ask_question', 'withdraw_question', 'end_session'].map((name) => [name, undefined]),
  );
  const asked = await ask(client, { ...DEPLOY, elicit: true, wait_seconds: 0 });
  expect(appQuestionOf(asked)).toBeUndefined();
  await expect(answer(client, {})).rejects.toMatchObject({
    message: expect.stringContaining('Unknown tool: answer_question'),
  });
});
