import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { instanceOfSession } from '../../../src/adapters/hooks/session-instance.ts';
import { recorded } from './fixtures.ts';
import { HookServer } from './hook-server.ts';

const AGENT = 'claude-code';
const SESSION = 'a session';
const event = (name: string, fields = {}) => recorded(AGENT, name, { session_id: SESSION, ...fields });

let hooks: HookServer;
beforeEach(async () => {
  hooks = await HookServer.start();
});
afterEach(() => hooks[Symbol.asyncDispose]());

const send = (name: string, fields = {}) => hooks.send(AGENT, event(name, fields));
/** Sends an event that waits for a decision. */
const ask = (name: string, fields = {}, signal?: AbortSignal) =>
  hooks.send(AGENT, event(name, fields), '', signal);
const instance = () => hooks.instance(AGENT, SESSION);
const contents = () => hooks.contents(AGENT, SESSION);

describe('a session', () => {
  test('becomes an agent instance, which ends with it', async () => {
    expect(await send('SessionStart')).toEqual({});
    expect(await instance()).toMatchObject({ status: 'ACTIVE', agent_type_name: AGENT, messages: [] });
    expect(await send('SessionStart')).toEqual({});
    expect(await send('SessionEnd')).toEqual({});
    expect(await instance()).toMatchObject({ status: 'COMPLETED', ended_at: expect.any(String) });
  });

  test('that is resumed is open again with the next prompt', async () => {
    await send('SessionStart');
    await send('SessionEnd');
    await send('SessionStart', { source: 'resume' });
    await send('UserPromptSubmit', { prompt: 'go on' });
    expect(await instance()).toMatchObject({ status: 'ACTIVE', ended_at: null });
  });

  test('becomes an instance with its first event, whatever that is', async () => {
    await send('UserPromptSubmit', { prompt: 'hello' });
    expect(await instance()).toMatchObject({ agent_type_name: AGENT });
  });

  test('of another user with the same id is another instance', async () => {
    await send('UserPromptSubmit', { prompt: 'hello' });
    await hooks.server.call('POST', '/hooks/claude-code', {
      body: event('UserPromptSubmit', { prompt: 'mine' }),
      headers: { authorization: 'Bearer bob' },
    });
    expect(await contents()).toEqual(['hello']);
  });
});

test('a prompt is a message of the person that is read already', async () => {
  await send('UserPromptSubmit', { prompt: 'fix the tests' });
  expect((await instance())?.messages).toMatchObject([
    { content: 'fix the tests', sender_type: 'USER', read_at: expect.any(String) },
  ]);
});

test('a use of a tool is one line, and the last words of a turn are a step', async () => {
  expect(await send('PreToolUse.Bash')).toEqual({});
  expect(await send('PostToolUse.Bash')).toEqual({});
  expect(await send('PostToolUse.Edit')).toEqual({});
  expect(await send('PostToolUseFailure.Bash')).toEqual({});
  expect(await send('Stop', { last_assistant_message: 'All done.' })).toEqual({});
  expect(await contents()).toEqual([
    'Bash: touch a.txt',
    'Edit: /home/dev/project/notes.txt',
    'Failed (Exit code 1): Bash: false',
    'All done.',
  ]);
});

test.each([
  ['all', ['Bash: touch a.txt', 'Edit: /home/dev/project/notes.txt']],
  ['edits', ['Edit: /home/dev/project/notes.txt']],
  ['none', []],
])('with steps=%s, these uses of tools become steps', async (steps, expected) => {
  await hooks.send(AGENT, event('SessionStart'));
  for (const name of ['PostToolUse.Bash', 'PostToolUse.Edit'])
    await hooks.send(AGENT, event(name), `?steps=${steps}`);
  expect(await contents()).toEqual(expected);
});

test('a notification says that it waits at its terminal, unless a prompt is open here', async () => {
  await send('Notification.idle_prompt');
  expect(await contents()).toEqual(['Waits at its terminal: Claude is waiting for your input']);
  const asked = ask('PermissionRequest.Bash');
  const { id } = await hooks.question(AGENT, SESSION);
  await send('Notification.permission_prompt');
  await hooks.answer(id, { values: ['No'] });
  await asked;
  expect((await contents()).filter((text) => text.startsWith('Waits'))).toHaveLength(1);
});

describe('a permission', () => {
  test('is a question with the command, yes, what Claude Code suggests, and no', async () => {
    const asked = ask('PermissionRequest.Bash');
    const question = await hooks.question(AGENT, SESSION);
    expect(question.content).toContain('```sh\ntouch a.txt\n```');
    expect(question.question?.options?.map(({ label }) => label)).toEqual([
      'Yes',
      'Yes, always: folder /home/dev/project (for this session)',
      'Yes, always: permission mode acceptEdits (for this session)',
      'No',
    ]);
    await hooks.answer(question.id, { values: ['Yes'] });
    expect(await asked).toEqual({
      hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'allow' } },
    });
  });

  test('for longer gives Claude Code back what it suggested, and nothing else', async () => {
    const asked = ask('PermissionRequest.Edit');
    const { id } = await hooks.question(AGENT, SESSION);
    await hooks.answer(id, { values: ['Yes, always: permission mode acceptEdits (for this session)'] });
    expect(await asked).toMatchObject({
      hookSpecificOutput: {
        decision: {
          behavior: 'allow',
          updatedPermissions: [{ type: 'setMode', mode: 'acceptEdits', destination: 'session' }],
        },
      },
    });
  });

  test('of an unknown kind is not suggested, and one that hides characters shows them', async () => {
    const asked = ask('PermissionRequest.Bash', {
      permission_suggestions: [
        { type: 'removeRules', rules: [], behavior: 'deny', destination: 'session' },
        { type: 'addRules', rules: [{ toolName: 'Bash' }], behavior: 'deny', destination: 'session' },
        {
          type: 'addRules',
          rules: [{ toolName: 'Bash', ruleContent: 'ls\u202e' }],
          behavior: 'allow',
          destination: 'localSettings',
        },
      ],
    });
    const question = await hooks.question(AGENT, SESSION);
    expect(question.question?.options?.map(({ label }) => label)).toEqual([
      'Yes',
      'Yes, always: Bash(ls\\u{202e}) (for you in this project)',
      'No',
    ]);
    await hooks.answer(question.id, { values: ['No'] });
    await asked;
  });

  test('begins its response before the person decides, so that no proxy gives it up', async () => {
    // The headers are here when this resolves.
    const response = await fetch(`${hooks.server.url}/api/v1/hooks/${AGENT}`, {
      method: 'POST',
      headers: { authorization: 'Bearer ann', 'content-type': 'application/json' },
      body: JSON.stringify(event('PermissionRequest.Write')),
    });
    expect(response.status).toBe(200);
    const { id, question_status } = await hooks.question(AGENT, SESSION);
    expect(question_status).toBe('open');
    await hooks.answer(id, { values: ['Yes'] });
    expect(await response.json()).toMatchObject({ hookSpecificOutput: { decision: { behavior: 'allow' } } });
  });

  test('that is refused has the reason', async () => {
    const asked = ask('PermissionRequest.Write');
    const { id } = await hooks.question(AGENT, SESSION);
    await hooks.answer(id, { content: 'use tabs' });
    expect(await asked).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PermissionRequest',
        decision: { behavior: 'deny', message: 'use tabs' },
      },
    });
  });

  test('without an answer in time is no decision, and the question is taken back', async () => {
    expect(await hooks.send(AGENT, event('PermissionRequest.Bash'), '?timeout=6')).toEqual({});
    expect((await hooks.question(AGENT, SESSION)).question_status).toMatch(/withdrawn|expired/);
  });

  test('for the session is remembered for the same command, and for no other session', async () => {
    const fields = { tool_input: { command: 'git status' }, permission_suggestions: [] };
    const asked = ask('PermissionRequest.Bash', fields);
    const { id } = await hooks.question(AGENT, SESSION);
    await hooks.answer(id, { values: ['Yes, for this session (every git status)'] });
    const allowed = { hookSpecificOutput: { decision: { behavior: 'allow' } } };
    expect(await asked).toMatchObject(allowed);
    expect(await send('PermissionRequest.Bash', fields)).toMatchObject(allowed);
    expect(await send('PermissionRequest.Bash', { ...fields, session_id: 'another' })).toEqual({});
    const ofAnother = await hooks.server.call('POST', '/hooks/claude-code?timeout=1', {
      body: event('PermissionRequest.Bash', fields),
      headers: { authorization: 'Bearer bob' },
    });
    expect(await ofAnother.json()).toEqual({});
    expect(await send('PermissionRequest.Bash', { ...fields, tool_input: { command: 'make' } })).toEqual({});
    await send('SessionEnd');
    expect(await send('PermissionRequest.Bash', fields)).toEqual({});
  });

  describe('that was remembered for the session', () => {
    const fields = { tool_input: { command: 'git status' }, permission_suggestions: [] };
    beforeEach(async () => {
      const asked = ask('PermissionRequest.Bash', fields);
      const { id } = await hooks.question(AGENT, SESSION);
      await hooks.answer(id, { values: ['Yes, for this session (every git status)'] });
      await asked;
    });

    test('leaves a quiet line for each use, with one write, which hands nothing over', async () => {
      await hooks.write(AGENT, SESSION, 'use tabs');
      const writes = hooks.writeCount;
      for (let use = 1; use <= 2; use += 1) await send('PermissionRequest.Bash', fields);
      expect(hooks.writeCount).toBe(writes + 2);
      const messages = (await instance())?.messages ?? [];
      expect(messages.slice(-2)).toMatchObject(
        [1, 2].map(() => ({
          content: 'Allowed by “Yes, for this session (every git status)”. Bash: git status',
          requires_user_input: false,
          metadata: { permission: 'remembered', use: expect.any(String) },
        })),
      );
      expect(messages.find(({ content }) => content === 'use tabs')).toMatchObject({ read_at: null });
    });

    test('allows nothing after a request to stop', async () => {
      await hooks.stop(AGENT, SESSION, 'wrong branch');
      expect(await send('PermissionRequest.Bash', fields)).toMatchObject({
        hookSpecificOutput: {
          decision: { behavior: 'deny', message: expect.stringContaining('wrong branch'), interrupt: true },
        },
      });
    });
  });

  test.each([
    ['the tool was used', 'PostToolUse.Bash'],
    ['the turn ended', 'Stop'],
    ['a prompt was typed', 'UserPromptSubmit'],
    ['the session ended', 'SessionEnd'],
  ])('is taken back when it was answered at the terminal: %s', async (_, name) => {
    const asked = ask('PermissionRequest.Bash');
    const { id } = await hooks.question(AGENT, SESSION);
    await send(name);
    expect(await asked).toEqual({});
    expect((await hooks.answer(id, { values: ['Yes'] })).status).toBe(409);
  });

  test('stays open while another tool is used', async () => {
    const asked = ask('PermissionRequest.Bash');
    const { id } = await hooks.question(AGENT, SESSION);
    await send('PostToolUse.Read');
    await hooks.answer(id, { values: ['Yes'] });
    expect(await asked).toMatchObject({ hookSpecificOutput: { decision: { behavior: 'allow' } } });
  });

  test('is taken back when Claude Code closes the connection', async () => {
    const connection = new AbortController();
    const asked = ask('PermissionRequest.Bash', {}, connection.signal);
    const { id } = await hooks.question(AGENT, SESSION);
    connection.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(async () => (await hooks.answer(id, { values: ['Yes'] })).status).toBe(409);
  });

  test('is not given by what the person types at the terminal', async () => {
    const asked = ask('PermissionRequest.Bash');
    await hooks.question(AGENT, SESSION);
    await send('UserPromptSubmit', { prompt: 'Yes' });
    expect(await asked).toEqual({});
  });

  test('that another process asks is not given by what the person types at the terminal', async () => {
    await send('SessionStart');
    await hooks.server.call('POST', '/messages/agent', {
      body: {
        agent_instance_id: instanceOfSession(AGENT, SESSION),
        content: 'May I use Bash?',
        requires_user_input: true,
        options: [{ label: 'Yes' }, { label: 'No' }],
      },
    });
    await send('UserPromptSubmit', { prompt: 'Yes' });
    expect((await instance())?.messages[0]).toMatchObject({ question_status: 'open', answer_id: null });
  });

  test('that two ask at once is given to one of them only', async () => {
    const first = ask('PermissionRequest.Bash');
    const { id } = await hooks.question(AGENT, SESSION);
    const second = ask('PermissionRequest.Bash');
    await hooks.answer(id, { values: ['Yes'] });
    expect(await first).toMatchObject({ hookSpecificOutput: { decision: { behavior: 'allow' } } });
    const { id: next } = await hooks.question(AGENT, SESSION, 2);
    await hooks.answer(next, { values: ['No'] });
    expect(await second).toMatchObject({ hookSpecificOutput: { decision: { behavior: 'deny' } } });
  });
});

describe('a question of the model', () => {
  test('has its options, and the answer goes into the input', async () => {
    const asked = ask('PermissionRequest.AskUserQuestion');
    const question = await hooks.question(AGENT, SESSION);
    expect(question).toMatchObject({
      content: 'Which colour?',
      question: { options: [{ label: 'Red', description: 'Like fire' }, { label: 'Blue' }] },
    });
    await hooks.answer(question.id, { values: ['Blue'] });
    expect(await asked).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PermissionRequest',
        decision: {
          behavior: 'allow',
          updatedInput: {
            questions: (recorded(AGENT, 'PreToolUse.AskUserQuestion').tool_input as { questions: unknown })
              .questions,
            answers: { 'Which colour?': 'Blue' },
          },
        },
      },
    });
  });

  test('of an unknown form is left to the terminal: an allow would answer it with nothing', async () => {
    expect(await ask('PermissionRequest.AskUserQuestion', { tool_input: { questions: 'none' } })).toEqual({});
  });
});

describe('what the person writes', () => {
  const CONTEXT = 'The person wrote to you in the dashboard. It counts more than your plan:\n\nuse tabs';

  beforeEach(async () => {
    await send('SessionStart');
    await hooks.write(AGENT, SESSION, 'use tabs');
  });

  test.each(['PostToolUse.Read', 'UserPromptSubmit'])('is handed over with %s', async (name) => {
    expect(await send(name)).toEqual({
      hookSpecificOutput: { hookEventName: name.split('.')[0], additionalContext: CONTEXT },
    });
  });

  test.each(['SessionStart', 'PreToolUse.Read', 'Notification.idle_prompt', 'PostToolUseFailure.Bash'])(
    'is not lost with %s, whose answer has no place for it',
    async (name) => {
      expect(await send(name)).toEqual({});
      expect(await send('PostToolUse.Read')).toMatchObject({
        hookSpecificOutput: { additionalContext: CONTEXT },
      });
    },
  );

  test('is not lost when a permission is asked', async () => {
    const asked = ask('PermissionRequest.Bash');
    const { id } = await hooks.question(AGENT, SESSION);
    await hooks.answer(id, { values: ['No'] });
    await asked;
    expect(await send('Stop')).toEqual({ decision: 'block', reason: CONTEXT });
  });

  test('lets the agent go on at the end of a turn, once for each message, whatever it answers', async () => {
    const words = { last_assistant_message: 'Done.' };
    expect(await send('Stop', words)).toEqual({ decision: 'block', reason: CONTEXT });
    expect(await send('Stop.active', words)).toEqual({});
    expect(await send('Stop.active', words)).toEqual({});
  });

  test('is handed over once, although the same tool is used again', async () => {
    expect(await send('PostToolUse.Edit')).not.toEqual({});
    expect(await send('PostToolUse.Edit')).toEqual({});
  });
});

test('a run that the person has ended is stopped at its next use of a tool, and goes on with a prompt', async () => {
  await send('UserPromptSubmit', { prompt: 'begin' });
  await hooks.end(AGENT, SESSION);
  expect(await send('PreToolUse.Bash')).toMatchObject({ continue: false });
  expect(await instance()).toMatchObject({ status: 'COMPLETED' });
  await send('UserPromptSubmit', { prompt: 'go on' });
  expect(await send('PreToolUse.Bash')).toEqual({});
});

describe('a stop', () => {
  test('denies the next use of a tool, ends the run, and the instance with it', async () => {
    await send('SessionStart');
    await hooks.stop(AGENT, SESSION, 'wrong branch');
    const reason = 'The person wants you to stop (wrong branch): do nothing more, and end your work here';
    expect(await send('PreToolUse.Bash')).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'deny',
        permissionDecisionReason: reason,
      },
      continue: false,
      stopReason: reason,
    });
    expect(await instance()).toMatchObject({ status: 'COMPLETED' });
  });

  test('ends the run after the tool that was running', async () => {
    await send('SessionStart');
    await hooks.stop(AGENT, SESSION, 'wrong branch');
    expect(await send('PostToolUse.Bash')).toEqual({
      continue: false,
      stopReason: 'The person wants you to stop (wrong branch): do nothing more, and end your work here',
    });
    expect(await instance()).toMatchObject({ status: 'COMPLETED' });
  });

  test('is over when the person types a new prompt at the terminal', async () => {
    await send('SessionStart');
    await hooks.stop(AGENT, SESSION, 'wrong branch');
    await send('PreToolUse.Bash');
    await send('UserPromptSubmit');
    expect(await send('PreToolUse.Bash')).toEqual({});
    expect(await instance()).toMatchObject({ status: 'ACTIVE' });
  });

  test('denies a permission that is being asked, and interrupts', async () => {
    const asked = ask('PermissionRequest.Bash');
    await hooks.question(AGENT, SESSION);
    await hooks.stop(AGENT, SESSION, 'enough');
    expect(await asked).toMatchObject({
      hookSpecificOutput: { decision: { behavior: 'deny', interrupt: true } },
    });
  });

  test('does not let the agent go on at the end of a turn', async () => {
    await send('SessionStart');
    await hooks.write(AGENT, SESSION, 'use tabs');
    await hooks.stop(AGENT, SESSION, 'enough');
    expect(await send('Stop')).toEqual({});
    expect(await instance()).toMatchObject({ status: 'COMPLETED' });
  });
});
