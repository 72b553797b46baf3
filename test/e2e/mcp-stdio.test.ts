import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConversationMessage,
  createClient,
  type PeopleClient,
} from '../../src/adapters/client/client.ts';
import { ERROR_META, type ToolResult } from '../../src/adapters/mcp/tools/tool-result.ts';
import { stablePort } from '../prove/support/stable-port.ts';
import { runGit } from '../support/run-git.ts';
import { runAgentDashboard } from '../support/servers/agent-dashboard.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { STDIO_CLIENTS, startStdio } from './stdio-clients.ts';
import { freshStore, type Store } from './stores.ts';

let store: Store;
let env: { [name: string]: string | undefined };
let server: RunningServer;
let people: PeopleClient;
beforeAll(async () => {
  store = await freshStore('PGlite');
  env = { ...store.env, MCP_SERVER_PORT: String(await stablePort()) };
  server = await RunningServer.start(env);
  people = createClient({ baseUrl: server.url, token: server.dashboardToken }).people;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

const start = (args: readonly string[] = [], more: { cwd?: string; env?: { [name: string]: string } } = {}) =>
  startStdio({ args, ...more, env: { ...reaching(), ...more.env } });
const reaching = () => ({ AGENT_DASHBOARD_URL: server.url, AGENT_DASHBOARD_API_KEY: server.agentToken });

function answerOf({ structuredContent, content, isError }: ToolResult): { [name: string]: unknown } {
  if (isError) throw new Error(content[0]!.text);
  expect(JSON.parse(content[0]!.text)).toEqual(structuredContent);
  return structuredContent!;
}

type OpenQuestion = Pick<ConversationMessage, 'id' | 'content' | 'question'>;

/** Calls the REST API as the person. */
const decide = (method: string, path: string, body: object) =>
  server.call(method, path, { body, token: server.dashboardToken });

/** Returns the open question of an instance, as soon as there is one. */
async function openQuestion(agent_instance_id: string): Promise<OpenQuestion> {
  for (;;) {
    const messages = await people.messages({ agent_instance_id }).catch(() => []);
    const open = messages.find(({ question_status }) => question_status === 'open');
    if (open !== undefined) return open;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function answer(agent_instance_id: string, content: string): Promise<OpenQuestion> {
  const question = await openQuestion(agent_instance_id);
  await people.write({ agent_instance_id, content, in_reply_to: question.id });
  return question;
}

describe.each(STDIO_CLIENTS)('$kind', ({ start: begin }) => {
  test('logs steps, receives user messages, asks, gets its answer, and ends', async () => {
    await using client = await begin({ env: reaching() });
    expect(await client.tools()).toEqual(['log_step', 'ask_question', 'withdraw_question', 'end_session']);
    const first = answerOf(await client.call('log_step', { step_description: 'Read the code' }));
    expect(first).toMatchObject({ success: true, step_number: 1, user_feedback: [] });
    const id = String(first.agent_instance_id);
    expect(await people.agentInstance({ agent_instance_id: id })).toMatchObject({
      agent_type_name: 'test-client',
    });

    await people.write({ agent_instance_id: id, content: 'mind the tests' });
    // No call names an instance: the process is the session.
    const asked = client.call('ask_question', { question_text: 'Which port?' });
    await answer(id, '8081');
    expect(answerOf(await asked)).toEqual({
      answer: '8081',
      question_id: expect.any(String),
      agent_instance_id: id,
      status: 'answered',
      outcome: {
        question_id: expect.any(String),
        status: 'answered',
        values: null,
        form: null,
        decided_by: 'person',
        via: null,
        answered_at: expect.any(String),
      },
      outcomes: [],
      stop_requested: null,
      user_feedback: ['mind the tests'],
      more: false,
      redelivered: false,
    });
    const pending = await client.call('ask_question', { question_text: 'And now?', wait_seconds: 0 });
    const { status, question_id } = answerOf(pending);
    expect(status).toBe('pending');
    await answer(id, 'go on');
    expect(answerOf(await client.call('ask_question', { question_id }))).toMatchObject({ answer: 'go on' });

    expect(answerOf(await client.call('end_session', {}))).toMatchObject({
      agent_instance_id: id,
      final_status: 'COMPLETED',
    });
    const next = answerOf(await client.call('log_step', { step_description: 'Something new' }));
    expect(next).toMatchObject({ step_number: 1 });
    expect(next.agent_instance_id).not.toBe(id);
  });

  test('asks with options, takes a question back, and a wait ends when the person requests a stop', async () => {
    await using client = await begin({ env: reaching() });
    const options = [{ label: 'Staging', value: 'staging' }, { label: 'Production' }];
    const id = randomUUID();
    const asked = client.call('ask_question', {
      agent_instance_id: id,
      question_text: 'Where?',
      options,
      multiple: true,
      min: 1,
    });
    const { id: question_id, question } = await openQuestion(id);
    expect(question).toMatchObject({ options, multiple: true, min: 1, max: 2 });
    await decide('POST', `/questions/${question_id}/answer`, { values: ['staging'], via: 'page' });
    expect(answerOf(await asked)).toMatchObject({
      answer: 'Staging',
      outcome: { question_id, values: ['staging'], via: 'page' },
    });

    const late = { question_text: 'Ready?', expires_in_seconds: 1 };
    const expired = answerOf(await client.call('ask_question', late));
    expect(expired).toMatchObject({ answer: null, status: 'expired', outcome: { decided_by: null } });
    const pending = answerOf(
      await client.call('ask_question', { question_text: 'Needed?', wait_seconds: 0 }),
    );
    const back = { question_id: pending.question_id };
    expect(answerOf(await client.call('withdraw_question', back))).toMatchObject({ status: 'withdrawn' });
    expect((await client.call('withdraw_question', { question_id }))._meta![ERROR_META]).toMatchObject({
      code: 'already_answered',
    });

    const waiting = client.call('ask_question', { question_text: 'Go on?' });
    await openQuestion(id);
    await decide('POST', `/agent-instances/${id}/stop`, { reason: 'Wrong branch' });
    const stop_requested = { reason: 'Wrong branch', at: expect.any(String) };
    expect(answerOf(await waiting)).toMatchObject({ status: 'pending', outcome: null, stop_requested });
    expect(answerOf(await client.call('log_step', { step_description: 'hm' }))).toMatchObject({
      stop_requested,
    });
  });

  test('errors name the fields as the tool does', async () => {
    await using client = await begin({ env: reaching() });
    const { isError, _meta } = await client.call('log_step', { step_description: ' ' });
    expect(isError).toBe(true);
    expect(_meta![ERROR_META]).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('step_description'),
      errors: [{ path: 'step_description' }],
    });
  });
});

describe('the process', () => {
  test('ends when its client disconnects, even with an open call', async () => {
    const client = await start();
    void client.call('ask_question', { question_text: 'Anybody?' }).catch(() => undefined);
    await client.close();
    const isGone = () => {
      try {
        return !process.kill(client.pid, 0);
      } catch {
        return true;
      }
    };
    while (!isGone()) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  test('writes only the protocol to stdout, and nothing to stderr while all is well', async () => {
    await using client = await start(['--git-diff', '--permission-tool']);
    await client.call('log_step', { step_description: 'hi' });
    expect(client.stderr()).toBe('');
    const { code, stdout } = await runAgentDashboard(['mcp'], reaching());
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  test('logs nothing about a call that its client has cancelled', async () => {
    await using client = await start();
    const asking = new AbortController();
    const agent_instance_id = randomUUID();
    const call = client.call(
      'ask_question',
      { agent_instance_id, question_text: 'Never mind?' },
      { signal: asking.signal },
    );
    await openQuestion(agent_instance_id);
    asking.abort();
    await expect(call).rejects.toThrow();
    await client.call('log_step', { agent_instance_id, step_description: 'going on' });
    expect(client.stderr()).toBe('');
  });

  test('reads the longest possible step in any escaping, and exits with a reason at a longer message', async () => {
    await using client = await start();
    const long = await client.call('log_step', { step_description: 'x'.repeat(12_000_000) });
    expect(long._meta?.[ERROR_META]).toMatchObject({ code: 'invalid_input' });
    const call = client.call('log_step', { step_description: 'x'.repeat(17_000_000) });
    await expect(call).rejects.toThrow();
    expect(client.stderr()).toBe('agent-dashboard: A message of the client is longer than 16 MiB\n');
  });

  test('needs a key, and a valid instance id', async () => {
    const keyless = await runAgentDashboard(['mcp'], { AGENT_DASHBOARD_URL: server.url });
    expect(keyless).toMatchObject({ code: 2, stdout: '' });
    expect(keyless.stderr).toContain('--api-key or AGENT_DASHBOARD_API_KEY');
    const odd = await runAgentDashboard(['mcp', '--agent-instance-id', 'odd'], reaching());
    expect(odd).toMatchObject({ code: 2, stdout: '' });
    const nowhere = await runAgentDashboard(['mcp', '--base-url', 'nowhere'], reaching());
    expect(nowhere).toMatchObject({ code: 2, stdout: '' });
    expect(nowhere.stderr).toMatch(/^agent-dashboard: .*URL.*\n$/i);
  });

  test('prefers its options to the environment, and takes its instance and agent type from them', async () => {
    const id = randomUUID();
    await using client = await start(
      ['--base-url', server.url, '--api-key', server.agentToken, '--agent-instance-id', id],
      {
        env: {
          AGENT_DASHBOARD_URL: 'http://127.0.0.1:1',
          AGENT_DASHBOARD_API_KEY: 'wrong',
          AGENT_DASHBOARD_CLIENT_TYPE: 'My-Agent',
          DATABASE_URL: 'mysql://of-the-agent/project',
          LOG_LEVEL: 'verbose',
        },
      },
    );
    const step = { step_description: 'hi' };
    expect(answerOf(await client.call('log_step', step))).toMatchObject({ agent_instance_id: id });
    await client.call('end_session', { agent_instance_id: id });
    expect(answerOf(await client.call('log_step', step))).toMatchObject({ agent_instance_id: id });
    expect(await people.agentInstance({ agent_instance_id: id })).toMatchObject({
      agent_type_name: 'my-agent',
    });
  });

  test('survives a server that is down: it returns an error, and works again later', async () => {
    await server.stop();
    await using client = await start();
    expect(await client.tools()).toContain('log_step');
    const { isError, _meta } = await client.call('log_step', { step_description: 'hi' });
    expect(isError).toBe(true);
    expect(_meta![ERROR_META]).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/^The dashboard at http:\S+ cannot be reached \(ECONNREFUSED\)$/),
    });
    server = await RunningServer.start(env);
    expect(answerOf(await client.call('log_step', { step_description: 'hi' }))).toMatchObject({
      step_number: 1,
    });
  });

  test('says why a key is refused', async () => {
    await using client = await start([], { env: { AGENT_DASHBOARD_API_KEY: server.dashboardToken } });
    const { _meta } = await client.call('log_step', { step_description: 'hi' });
    expect(_meta![ERROR_META]).toMatchObject({ code: 'insufficient_scope' });
  });
});

describe('where the agent runs', () => {
  const contextAfter = async (client: { call: Call }, name: string, args: object) => {
    const { agent_instance_id } = answerOf(await client.call(name, args)) as { agent_instance_id: string };
    return (await people.agentInstance({ agent_instance_id })).context;
  };
  type Call = (name: string, args: object) => Promise<ToolResult>;

  test('is sent with the first message, and again when the branch has changed', async () => {
    await using folder = await temporaryFolder();
    const git = (...args: string[]) => runGit(folder.path, ...args);
    git('init', '--initial-branch=main');
    git('remote', 'add', 'origin', 'https://ada:secret@git.example/acme/shop.git');
    await using client = await start([], { cwd: folder.path, env: { TERM_PROGRAM: 'kitty' } });
    const first = { step_description: 'begin', context: { model: 'opus-5', branch: '' } };
    expect(await contextAfter(client, 'log_step', first)).toEqual({
      ...{ repository: 'acme/shop', branch: 'main', machine: hostname(), folder: folder.path },
      ...{ model: 'opus-5', agent_version: null, terminal: 'kitty' },
    });
    git('checkout', '-b', 'fix');
    const question = { question_text: 'Which port?', wait_seconds: 0 };
    expect(await contextAfter(client, 'ask_question', question)).toMatchObject({ branch: 'fix' });
    // What has not changed is not sent again: it would replace what the agent has said itself.
    const own = { step_description: 'elsewhere', context: { branch: 'other' } };
    expect(await contextAfter(client, 'log_step', own)).toMatchObject({ branch: 'other' });
    expect(await contextAfter(client, 'log_step', { step_description: 'on' })).toMatchObject({
      branch: 'other',
    });
  });

  test('is not sent with --no-context', async () => {
    await using client = await start(['--no-context']);
    expect(await contextAfter(client, 'log_step', { step_description: 'begin' })).toBeNull();
  });
});

describe('--git-diff', () => {
  test('sends the changed diff with a step once, and clears it', async () => {
    await using folder = await temporaryFolder();
    const git = (...args: string[]) => runGit(folder.path, ...args);
    const file = join(folder.path, 'a.txt');
    git('init');
    await writeFile(file, 'one\n');
    git('add', '.');
    git('commit', '-m', 'first');

    await using client = await start(['--git-diff'], { cwd: folder.path });
    const diffAfter = async (step_description: string) => {
      const step = answerOf(await client.call('log_step', { step_description }));
      const id = String(step.agent_instance_id);
      return (await people.agentInstance({ agent_instance_id: id })).git_diff;
    };
    expect(await diffAfter('begin')).toBeNull();
    await writeFile(file, 'two\n');
    await writeFile(join(folder.path, 'new.txt'), 'new\n');
    const changed = await diffAfter('change');
    expect(changed).toMatch(/-one\n\+two\n[\s\S]*\+new\n/);
    expect(await diffAfter('think')).toBe(changed);
    git('checkout', 'a.txt');
    git('clean', '-f');
    expect(await diffAfter('undo')).toBeNull();
  });

  test('sends steps without a diff outside of a repository, and says so in one line', async () => {
    await using folder = await temporaryFolder();
    await using client = await start(['--git-diff'], { cwd: folder.path });
    expect(answerOf(await client.call('log_step', { step_description: 'hi' }))).toMatchObject({
      step_number: 1,
    });
    expect(client.stderr()).toMatch(/^.*no diffs are sent: .*not a git repository.*\n$/);
    expect(client.stderr()).not.toMatch(/stack|node:/);
  });
});

describe('--permission-tool', () => {
  /** Claude Code takes a permission only from a result that is one text. */
  function permissionIn(result: ToolResult): { [name: string]: unknown } {
    expect(Object.keys(result)).toEqual(['content']);
    expect(result.content).toEqual([{ type: 'text', text: expect.any(String) }]);
    return JSON.parse(result.content[0]!.text);
  }
  const ls = (command: string) => ({ tool_name: 'Bash', input: { command, description: 'look' } });

  async function withPermissions(...args: string[]) {
    const id = randomUUID();
    const client = await start(['--permission-tool', '--agent-instance-id', id, ...args]);
    return {
      client,
      id,
      approve: async (what: object) => permissionIn(await client.call('approve', what)),
      [Symbol.asyncDispose]: () => client.close(),
    };
  }

  test('asks with options; a yes allows the unchanged input', async () => {
    await using agent = await withPermissions();
    expect(await agent.client.tools()).toContain('approve');
    const input = { file_path: '/a', constructor: { nul: '\0', deep: [[{ a: '\ud83d' }]] } };
    const asked = agent.approve({ tool_name: 'Write', input, tool_use_id: 'toolu_1' });
    const { question } = await answer(agent.id, 'Yes');
    expect(question?.options?.map(({ label }) => label)).toEqual([
      'Yes',
      'Yes, for this session (every Write)',
      'No',
    ]);
    expect(await asked).toEqual({ behavior: 'allow', updatedInput: input });
    // "Yes" allows this call only.
    const again = agent.approve({ tool_name: 'Write', input });
    await answer(agent.id, 'No');
    expect(await again).toEqual({ behavior: 'deny', message: 'The person said no' });
  });

  test('a yes for the session is remembered for that command, and not for compound commands', async () => {
    await using agent = await withPermissions();
    const asked = agent.approve(ls('ls -la'));
    await answer(agent.id, 'Yes, for this session (every ls)');
    expect(await asked).toMatchObject({ behavior: 'allow' });
    expect(await agent.approve(ls('ls src'))).toEqual({
      behavior: 'allow',
      updatedInput: ls('ls src').input,
    });
    await expect
      .poll(async () => (await people.messages({ agent_instance_id: agent.id })).at(-1))
      .toMatchObject({
        content: 'Allowed by “Yes, for this session (every ls)”. Bash: ls src',
        requires_user_input: false,
        metadata: { permission: 'remembered', use: expect.any(String) },
      });
    for (const command of ['ls; rm -rf ~', 'ls && rm -rf ~', 'ls $(rm -rf ~)', 'rm -rf ~']) {
      const dangerous = agent.approve(ls(command));
      expect((await answer(agent.id, 'better not')).content).toContain(command);
      expect(await dangerous).toEqual({ behavior: 'deny', message: 'better not' });
    }
  });

  test('a time-out is a no; a later answer counts when the question is asked again', async () => {
    await using agent = await withPermissions('--permission-timeout', '1s');
    expect(await agent.approve(ls('make'))).toEqual({
      behavior: 'deny',
      message: expect.stringContaining('did not answer within 1 seconds'),
    });
    await answer(agent.id, 'Yes');
    expect(await agent.approve(ls('make'))).toMatchObject({ behavior: 'allow' });
  });

  test('what the person wrote before reaches the agent with its next step, and again if it repeats that step', async () => {
    await using agent = await withPermissions();
    const step = async (step_description: string) => {
      const { user_feedback, redelivered } = answerOf(
        await agent.client.call('log_step', { step_description }),
      );
      return [user_feedback, redelivered];
    };
    await step('begin');
    await people.write({ agent_instance_id: agent.id, content: 'use tabs' });
    expect(await step('read')).toEqual([['use tabs'], false]);
    await people.write({ agent_instance_id: agent.id, content: 'stop' });
    const asked = agent.approve(ls('ls'));
    await answer(agent.id, 'Yes');
    await asked;
    // The question of `approve` is no sign that the agent has received the result of its step.
    expect(await step('read')).toEqual([['use tabs', 'stop'], true]);
    expect(await step('read')).toEqual([['use tabs', 'stop'], true]);
    expect(await step('go on')).toEqual([[], false]);
  });

  test('what came with a permission that was cancelled is not lost, and no other session gets it', async () => {
    await using client = await start(['--permission-tool']);
    const step = async (step_description: string) =>
      answerOf(await client.call('log_step', { step_description }));
    const agent_instance_id = String((await step('begin')).agent_instance_id);
    await people.write({ agent_instance_id, content: 'stop' });
    const cancelling = new AbortController();
    const asked = client.call('approve', ls('ls'), { signal: cancelling.signal });
    await openQuestion(agent_instance_id);
    cancelling.abort();
    await expect(asked).rejects.toThrow();
    await client.call('end_session');
    expect(await step('begin anew')).toMatchObject({ user_feedback: [] });
    const resumed = await client.call('log_step', { agent_instance_id, step_description: 'go on' });
    expect(answerOf(resumed)).toMatchObject({ user_feedback: ['stop'] });
  });

  test('one yes allows one use: an equal call at the same time asks its own question', async () => {
    await using agent = await withPermissions();
    const push = (tool_use_id: string) => agent.approve({ ...ls('git push'), tool_use_id });
    const asked = [push('toolu_1'), push('toolu_1'), push('toolu_2')];
    await answer(agent.id, 'Yes');
    await answer(agent.id, 'No');
    const verdicts = await Promise.all(asked);
    expect(verdicts.map(({ behavior }) => behavior)).toEqual(['allow', 'allow', 'deny']);
  });

  test('several questions at once each get their own answer', async () => {
    await using agent = await withPermissions();
    const commands = ['make a', 'make b', 'make c'];
    const asked = commands.map((command) => agent.approve(ls(command)));
    for (const _ of commands) {
      const question = await openQuestion(agent.id);
      const verdict = question.content.includes('make b') ? 'No' : 'Yes';
      await people.write({ agent_instance_id: agent.id, content: verdict, in_reply_to: question.id });
    }
    const verdicts = await Promise.all(asked);
    expect(verdicts.map(({ behavior }) => behavior)).toEqual(['allow', 'deny', 'allow']);
  });

  test('answers no where the server cannot be reached, and where the session has ended', async () => {
    await using stranger = await startStdio({
      args: ['--permission-tool'],
      env: { ...reaching(), AGENT_DASHBOARD_API_KEY: 'wrong' },
    });
    expect(permissionIn(await stranger.call('approve', ls('ls')))).toMatchObject({ behavior: 'deny' });
    await using agent = await withPermissions();
    const asked = agent.approve(ls('ls'));
    await openQuestion(agent.id);
    await people.end(agent.id);
    expect(await asked).toMatchObject({ behavior: 'deny', message: expect.stringContaining('ended') });
    // A message of the person opens the session again: then the same question is a new one.
    await people.write({ agent_instance_id: agent.id, content: 'go on' });
    await agent.client.call('log_step', { step_description: 'go on' });
    const askedAgain = agent.approve(ls('ls'));
    await answer(agent.id, 'Yes');
    expect(await askedAgain).toMatchObject({ behavior: 'allow' });
  });

  test('asks the questions of AskUserQuestion themselves, and allows it with the answers', async () => {
    await using agent = await withPermissions();
    const input = {
      questions: [
        {
          question: 'Which colour?',
          header: 'Colour',
          options: [{ label: 'Red', description: 'Like fire' }, { label: 'Blue' }],
          multiSelect: false,
        },
        {
          question: 'Which sizes?',
          options: [{ label: 'S' }, { label: 'M' }, { label: 'L' }],
          multiSelect: true,
        },
      ],
    };
    const asked = agent.approve({ tool_name: 'AskUserQuestion', input });
    const first = await answer(agent.id, 'Blue');
    expect(first).toMatchObject({
      content: 'Which colour?',
      question: { options: [{ label: 'Red', description: 'Like fire' }, { label: 'Blue' }], multiple: false },
    });
    await answer(agent.id, 's, 3');
    expect(await asked).toEqual({
      behavior: 'allow',
      updatedInput: { ...input, answers: { 'Which colour?': 'Blue', 'Which sizes?': 'S, L' } },
    });
  });

  test('does not ask a question of AskUserQuestion again that was answered before another timed out', async () => {
    await using agent = await withPermissions('--permission-timeout', '2s');
    const questions = ['One?', 'Two?'].map((question) => ({ question, options: [{ label: 'A' }] }));
    const asked = agent.approve({ tool_name: 'AskUserQuestion', input: { questions } });
    await answer(agent.id, 'first');
    expect(await asked).toMatchObject({ behavior: 'deny' });
    await answer(agent.id, 'second');
    expect(await agent.approve({ tool_name: 'AskUserQuestion', input: { questions } })).toMatchObject({
      updatedInput: { answers: { 'One?': 'first', 'Two?': 'second' } },
    });
  });

  test('a request to stop is a no with its reason, at once', async () => {
    await using agent = await withPermissions();
    const asked = agent.approve(ls('ls'));
    await openQuestion(agent.id);
    await decide('POST', `/agent-instances/${agent.id}/stop`, { reason: 'Wrong branch' });
    expect(await asked).toEqual({
      behavior: 'deny',
      message: 'The person wants you to stop (Wrong branch): do nothing more, and end the session',
    });
  });

  test('refuses input that is not a tool call', async () => {
    await using agent = await withPermissions();
    const { isError, _meta } = await agent.client.call('approve', { tool_name: 'Bash', input: 'ls' });
    expect(isError).toBe(true);
    expect(_meta![ERROR_META]).toMatchObject({ code: 'invalid_input', errors: [{ path: 'input' }] });
  });
});
