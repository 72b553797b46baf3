import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recorded } from './fixtures.ts';
import { HookServer } from './hook-server.ts';

let hooks: HookServer;
beforeEach(async () => {
  hooks = await HookServer.start();
});
afterEach(() => hooks[Symbol.asyncDispose]());

/** One agent, with the field that names its session. */
const agent = (name: string, sessionField: string) => {
  const event = (file: string, fields = {}) => recorded(name, file, { [sessionField]: 's', ...fields });
  return {
    send: (file: string, fields = {}) => hooks.send(name, event(file, fields)),
    /** Sends an event, and answers the question that it leads to. */
    async decide(file: string, answer: { values: string[] } | { content: string }, fields = {}) {
      const asked = hooks.send(name, event(file, fields), '');
      const question = await hooks.question(name, 's');
      await hooks.answer(question.id, answer);
      return { question, answer: await asked };
    },
    instance: () => hooks.instance(name, 's'),
    contents: () => hooks.contents(name, 's'),
    write: (text: string) => hooks.write(name, 's', text),
    stop: () => hooks.stop(name, 's', 'enough'),
  };
};

const YES = { values: ['Yes'] };
const NO = { content: 'not now' };
const WRITTEN = 'The person wrote to you in the dashboard. It counts more than your plan:\n\nuse tabs';
const STOP = 'The person wants you to stop (enough): do nothing more, and end your work here';

describe('Codex', () => {
  const codex = agent('codex', 'session_id');

  test('gets allow and deny without the fields that it refuses', async () => {
    const output = (decision: object) => ({
      hookSpecificOutput: { hookEventName: 'PermissionRequest', decision },
    });
    const { question, answer } = await codex.decide('PermissionRequest.Bash', YES);
    expect(question.question?.options?.map(({ label }) => label)).toEqual(['Yes', 'No']);
    expect(answer).toEqual(output({ behavior: 'allow' }));
  });

  test('gets the reason of a refusal', async () => {
    expect((await codex.decide('PermissionRequest.Bash', NO)).answer).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PermissionRequest',
        decision: { behavior: 'deny', message: 'not now' },
      },
    });
  });

  test('is refused in the form of a permission when it should stop', async () => {
    await codex.send('SessionStart');
    await codex.stop();
    expect(await codex.send('PreToolUse.Bash')).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'deny',
        permissionDecisionReason: STOP,
      },
    });
    expect(await codex.instance()).toMatchObject({ status: 'ACTIVE' });
    await codex.send('Stop');
    expect(await codex.instance()).toMatchObject({ status: 'COMPLETED' });
  });

  test('reads the answer to a question of its model in the reason of a refusal', async () => {
    const { question, answer } = await codex.decide('PreToolUse.request_user_input', { values: ['Blue'] });
    expect(question.content).toBe('Which colour?');
    expect(answer).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'deny',
        permissionDecisionReason:
          'The person has answered in the dashboard, so the question need not be asked again:\n\nWhich colour?\nBlue',
      },
    });
  });

  test('takes the prompt of a subagent for no prompt of the person', async () => {
    await codex.send('UserPromptSubmit.default');
    expect(await codex.instance()).toBeNull();
  });

  test('goes on at the end of a turn because of what the person wrote', async () => {
    await codex.send('SessionStart');
    await codex.write('use tabs');
    expect(await codex.send('Stop')).toEqual({ decision: 'block', reason: WRITTEN });
    expect(await codex.send('Stop.active')).toEqual({});
  });
});

describe('Gemini CLI', () => {
  const gemini = agent('gemini-cli', 'session_id');

  test('goes on at the end of a turn, once for each message', async () => {
    await gemini.send('SessionStart');
    await gemini.write('use tabs');
    expect(await gemini.send('AfterAgent')).toEqual({ decision: 'deny', reason: WRITTEN });
    expect(await gemini.send('AfterAgent.active')).toEqual({});
  });

  test.each(['AfterTool.read_file', 'BeforeAgent'])('gets what the person wrote with %s', async (event) => {
    await gemini.send('SessionStart');
    await gemini.write('use tabs');
    expect(await gemini.send(event)).toEqual({
      hookSpecificOutput: { hookEventName: event.split('.')[0], additionalContext: WRITTEN },
    });
  });

  test('is denied its next tool when it should stop', async () => {
    await gemini.send('SessionStart');
    await gemini.stop();
    expect(await gemini.send('BeforeTool.run_shell_command')).toEqual({ decision: 'deny', reason: STOP });
  });

  test('says that it waits at its terminal', async () => {
    await gemini.send('Notification.ToolPermission');
    expect(await gemini.contents()).toEqual([
      'Waits at its terminal: Tool Confirm Shell Command requires execution',
    ]);
  });
});

describe.each([
  [
    'with names in camelCase',
    'sessionId',
    'sessionId',
    {
      permission: 'permissionRequest.edit',
      tool: 'preToolUse.bash',
      turn: 'agentStop',
      used: 'postToolUse.bash',
    },
  ],
  [
    'with names in PascalCase',
    'sessionId',
    'session_id',
    {
      permission: 'pascal.PermissionRequest.edit',
      tool: 'pascal.PreToolUse.Bash',
      turn: 'pascal.Stop',
      used: 'pascal.PostToolUse.Bash',
    },
  ],
] as const)('Copilot CLI %s', (_, permissionSession, session, names) => {
  const permissions = agent('copilot-cli', permissionSession);
  const copilot = agent('copilot-cli', session);

  test('gets allow', async () => {
    const { question, answer } = await permissions.decide(names.permission, YES);
    expect(question.content).toMatch(/^May I use edit\?\n\n```diff\n\ndiff --git/);
    expect(answer).toEqual({ behavior: 'allow' });
  });

  test('gets deny with the reason', async () => {
    expect((await permissions.decide(names.permission, NO)).answer).toEqual({
      behavior: 'deny',
      message: 'not now',
    });
  });

  test('is denied its next tool when it should stop', async () => {
    await copilot.send(names.used);
    await copilot.stop();
    expect(await copilot.send(names.tool)).toEqual({
      permissionDecision: 'deny',
      permissionDecisionReason: STOP,
    });
  });

  test('goes on at the end of a turn, which alone has a place for what the person wrote', async () => {
    await copilot.send(names.used);
    await copilot.write('use tabs');
    expect(await copilot.send(names.used)).toEqual({});
    expect(await copilot.send(names.turn)).toEqual({ decision: 'block', reason: WRITTEN });
    expect(await copilot.send(names.turn)).toEqual({});
  });
});

describe('Copilot CLI', () => {
  const copilot = agent('copilot-cli', 'sessionId');

  test('reads the answer to a question of its model in the reason of a refusal', async () => {
    const { question, answer } = await copilot.decide('preToolUse.ask_user', { values: ['Blue'] });
    expect(question).toMatchObject({ content: 'Which colour?', question: { options: [{}, {}] } });
    expect(answer).toMatchObject({
      permissionDecision: 'deny',
      permissionDecisionReason: expect.stringContaining('Which colour?\nBlue'),
    });
  });

  test.each([
    ['complete', 'COMPLETED', null],
    ['error', 'FAILED', 'error'],
  ])(
    'that ends with the reason %s has ended, and says whether it failed',
    async (reason, status, failure) => {
      await copilot.send('sessionStart');
      await copilot.send('sessionEnd', { reason });
      expect(await copilot.instance()).toMatchObject({ status, failure });
    },
  );
});

describe('OpenCode', () => {
  const SESSION = 'ses_00000000000000000000000002';
  const decide = async (event: string, answer: { values: string[] } | { content: string }) => {
    const asked = hooks.send('opencode', recorded('opencode', event), '');
    const question = await hooks.question('opencode', SESSION);
    await hooks.answer(question.id, answer);
    return { question, answer: await asked };
  };

  test.each([
    [YES, { reply: 'once' }],
    [{ values: ['Yes, always: bash touch *'] }, { reply: 'always' }],
    [NO, { reply: 'reject', message: 'not now' }],
  ])('gets a permission as the reply to its own: %j', async (answer, reply) => {
    const decided = await decide('event.permission.asked', answer);
    expect(decided.question.question?.options?.map(({ label }) => label)).toEqual([
      'Yes',
      'Yes, always: bash touch *',
      'No',
    ]);
    expect(decided.answer).toEqual(reply);
  });

  test('gets the answer to a question of its model', async () => {
    const { answer } = await decide('event.question.asked', { values: ['Blue'] });
    expect(answer).toEqual({ answers: [['Blue']] });
  });

  test.each([
    ['event.permission.asked', 'event.permission.replied'],
    ['event.question.asked', 'event.question.replied'],
  ])('%s is taken back after %s', async (asking, replying) => {
    const asked = hooks.send('opencode', recorded('opencode', asking), '');
    await hooks.question('opencode', SESSION);
    await hooks.send('opencode', recorded('opencode', replying));
    expect(await asked).toEqual({});
    expect(await hooks.question('opencode', SESSION)).toMatchObject({ question_status: 'withdrawn' });
  });

  test('shows the prompt, the tools, and what the agent says', async () => {
    const session = 'ses_00000000000000000000000001';
    for (const event of [
      'hook.chat.message',
      'hook.tool.execute.after.edit',
      'hook.experimental.text.complete',
    ])
      await hooks.send('opencode', recorded('opencode', event));
    expect(await hooks.contents('opencode', session)).toEqual([
      '"Do what the script of the model says."',
      'edit: /home/dev/project/notes.txt',
      'NO TOOL question',
    ]);
    await hooks.stop('opencode', session, 'enough');
    expect(await hooks.send('opencode', recorded('opencode', 'hook.tool.execute.before.bash'))).toEqual({
      error: STOP,
    });
  });
});
