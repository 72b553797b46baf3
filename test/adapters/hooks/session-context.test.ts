import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fieldsOf } from '../koa/test-server.ts';
import { recorded } from './fixtures.ts';
import { HookServer } from './hook-server.ts';

let hooks: HookServer;
beforeEach(async () => {
  hooks = await HookServer.start();
});
afterEach(() => hooks[Symbol.asyncDispose]());

const NOTHING_KNOWN = {
  repository: null,
  branch: null,
  machine: null,
  folder: null,
  model: null,
  agent_version: null,
  terminal: null,
};
const OPENCODE_SESSION = 'ses_00000000000000000000000001';

const send = (agent: string, name: string, fields: object, header?: string): Promise<Response> =>
  hooks.server.call('POST', `/hooks/${agent}`, {
    body: recorded(agent, name, { session_id: 's', ...fields }),
    ...(header !== undefined && { headers: { authorization: 'Bearer ann', 'agent-context': header } }),
  });

const context = async (agent = 'codex', session = 's') => (await hooks.instance(agent, session))?.context;

describe('the context of a session', () => {
  test.each([
    ['claude-code', 'SessionStart', { folder: '~/project' }],
    ['claude-code', 'UserPromptSubmit', { folder: '~/project' }],
    ['codex', 'SessionStart', { folder: '~/project', model: 'gpt-5.4' }],
    ['codex', 'UserPromptSubmit', { folder: '~/project', model: 'gpt-5.4' }],
    ['gemini-cli', 'SessionStart', { folder: '~/project' }],
    ['copilot-cli', 'pascal.SessionStart', { folder: '~/project' }],
  ])('is what the event of %s says: %s', async (agent, name, known) => {
    await send(agent, name, {});
    expect(await context(agent)).toEqual({ ...NOTHING_KNOWN, ...known });
  });

  test('is what the events of OpenCode say about the session and its model', async () => {
    await hooks.send('opencode', recorded('opencode', 'event.session.created'));
    await hooks.send('opencode', recorded('opencode', 'hook.chat.message'));
    expect(await context('opencode', OPENCODE_SESSION)).toEqual({
      ...NOTHING_KNOWN,
      ...{ folder: '~/project', model: 'fake-model', agent_version: '1.18.33' },
    });
  });

  test('is also what its sender says, and follows later events', async () => {
    await send('codex', 'SessionStart', {}, '{"repository":"acme/shop","branch":"main","machine":"laptop"}');
    await send('codex', 'UserPromptSubmit', {}, '{"branch":"caf\\u00e9"}');
    await send('codex', 'PostToolUse.Bash', { model: 'gpt-6' });
    await send('codex', 'Stop', { cwd: '/home/dev/other', model: undefined });
    expect(await context()).toEqual({
      ...NOTHING_KNOWN,
      ...{ repository: 'acme/shop', branch: 'café', machine: 'laptop' },
      ...{ folder: '~/other', model: 'gpt-6' },
    });
  });

  test('loses no event by being strange', async () => {
    await send('codex', 'SessionStart', { cwd: `/${'🙂'.repeat(400)}\0\ud800`, model: ['x'] });
    expect(await context()).toEqual({ ...NOTHING_KNOWN, folder: `/${'🙂'.repeat(254)}` });
  });

  test.each([
    ['{', 'must be JSON'],
    ['[]', 'must be a JSON object'],
    ['{"branch":1}', 'Agent-Context.branch'],
    [`{"branch":"${'x'.repeat(256)}"}`, 'must be at most 255 characters'],
  ])('is refused with a reason if its sender writes %j', async (header, reason) => {
    const response = await send('codex', 'SessionStart', {}, header);
    expect(response.status).toBe(422);
    expect((await fieldsOf<{ detail: string }>(response)).detail).toContain(reason);
  });
});

describe('the name of a session', () => {
  const name = async () => (await hooks.instance('codex', 's'))?.name;

  test('is made of the first prompt', async () => {
    await send('codex', 'SessionStart', {});
    expect(await name()).toBeNull();
    await send('codex', 'UserPromptSubmit', { prompt: 'Fix the tests\nplease' });
    await send('codex', 'UserPromptSubmit', { prompt: 'And the docs' });
    expect(await name()).toBe('Fix the tests');
  });

  test('stays as a person has given it', async () => {
    await send('codex', 'SessionStart', {});
    const { id } = (await hooks.instance('codex', 's'))!;
    const person = { headers: { authorization: 'Bearer ann-dashboard' } };
    await hooks.server.call('PATCH', `/agent-instances/${id}`, { ...person, body: { name: 'Mine' } });
    await send('codex', 'UserPromptSubmit', {});
    expect(await name()).toBe('Mine');
  });
});

test('an agent that is not known is told which are', async () => {
  const response = await hooks.call('emacs', {});
  expect(response.status).toBe(404);
  expect(await fieldsOf(response)).toMatchObject({
    code: 'not_found',
    detail:
      'There is no such agent here. The agents are claude-code, codex, gemini-cli, copilot-cli, opencode',
  });
});
