import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOOK_AGENTS } from '../../../src/adapters/hooks/agents.ts';
import { RECORDED_AGENTS, RECORDED_EVENTS, type RecordedEvent } from './fixtures.ts';
import { HookServer } from './hook-server.ts';

let hooks: HookServer;
beforeAll(async () => {
  hooks = await HookServer.start();
});
afterAll(() => hooks[Symbol.asyncDispose]());

/** What each recorded event means. An event that is not listed means nothing. */
const MEANINGS: { readonly [agent: string]: { readonly [event: string]: string } } = {
  'claude-code': {
    'Notification.idle_prompt': 'waits_at_terminal',
    'Notification.permission_prompt': 'waits_at_terminal',
    'PermissionRequest.AskUserQuestion': 'question_asked',
    'PermissionRequest.*': 'permission_asked',
    'PostToolUse.*': 'tool_used',
    'PostToolUseFailure.*': 'tool_used',
    'PreToolUse.*': 'tool_starts',
    SessionEnd: 'session_ended',
    SessionStart: 'session_started',
    Stop: 'turn_ended',
    'Stop.active': 'turn_ended',
    UserPromptSubmit: 'prompt',
  },
  codex: {
    'PermissionRequest.*': 'permission_asked',
    'PostToolUse.*': 'tool_used',
    'PreToolUse.request_user_input': 'question_asked',
    'PreToolUse.*': 'tool_starts',
    SessionEnd: 'session_ended',
    SessionStart: 'session_started',
    Stop: 'turn_ended',
    'Stop.active': 'turn_ended',
    UserPromptSubmit: 'prompt',
  },
  'gemini-cli': {
    AfterAgent: 'turn_ended',
    'AfterAgent.active': 'turn_ended',
    'AfterTool.*': 'tool_used',
    BeforeAgent: 'prompt',
    'BeforeTool.*': 'tool_starts',
    'Notification.ToolPermission': 'waits_at_terminal',
    SessionEnd: 'session_ended',
    SessionStart: 'session_started',
  },
  'copilot-cli': {
    agentStop: 'turn_ended',
    'agentStop.active': 'turn_ended',
    'notification.elicitation_dialog': 'waits_at_terminal',
    'notification.permission_prompt': 'waits_at_terminal',
    'permissionRequest.*': 'permission_asked',
    'postToolUse.*': 'tool_used',
    'postToolUseFailure.*': 'tool_used',
    'preToolUse.ask_user': 'question_asked',
    'preToolUse.*': 'tool_starts',
    sessionEnd: 'session_ended',
    sessionStart: 'session_started',
    userPromptSubmitted: 'prompt',
    'pascal.PermissionRequest.*': 'permission_asked',
    'pascal.PostToolUse.*': 'tool_used',
    'pascal.PreToolUse.*': 'tool_starts',
    'pascal.SessionEnd': 'session_ended',
    'pascal.SessionStart': 'session_started',
    'pascal.Stop': 'turn_ended',
    'pascal.UserPromptSubmit': 'prompt',
  },
  opencode: {
    'event.permission.asked': 'permission_asked',
    'event.permission.replied': 'answered_at_terminal',
    'event.question.asked': 'question_asked',
    'event.question.replied': 'answered_at_terminal',
    'event.session.created': 'session_started',
    'event.session.idle': 'turn_ended',
    'hook.chat.message': 'prompt',
    'hook.experimental.text.complete': 'said',
    'hook.tool.execute.after.*': 'tool_used',
    'hook.tool.execute.before.*': 'tool_starts',
  },
};

const meaningOf = ({ agent, name }: RecordedEvent): string | null =>
  MEANINGS[agent]?.[name] ?? MEANINGS[agent]?.[name.replace(/\.\w+$/, '.*')] ?? null;

test('there are recorded events of each agent', () => {
  expect(RECORDED_AGENTS).toEqual([...HOOK_AGENTS.keys()].sort());
});

describe.each(RECORDED_EVENTS)('$agent: $name', (event) => {
  const { agent, body } = event;

  test('is read as what it means', () => {
    expect(HOOK_AGENTS.get(agent)!.read(body)?.kind ?? null).toBe(meaningOf(event));
  });

  test('is answered with {} where nobody decides, and writes once at most', async () => {
    // A newer program may send more.
    const newer = { ...body, new_field: { of: ['a', 'newer', 'version'] } };
    const before = hooks.writeCount;
    expect(await hooks.send(agent, newer)).toEqual({});
    expect(hooks.writeCount - before).toBeLessThanOrEqual(1);
  });
});
