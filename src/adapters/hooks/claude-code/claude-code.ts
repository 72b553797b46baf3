import * as v from 'valibot';
import { ASK_USER_QUESTION, parseAgentQuestions } from '../../../application/permission/agent-question.ts';
import type { AgentEvent, Decision, HookAgent } from '../agent-event.ts';
import { eventContext } from '../event-context.ts';
import {
  type EventReader,
  hookEventName,
  inputObject,
  maybeText,
  promptTyped,
  reader,
  SESSION,
  sessionEnded,
  sessionStarted,
  TOOL,
  tableReader,
  text,
  toolStarts,
  toolUsed,
} from '../event-table.ts';
import { suggestionsOf } from './suggestions.ts';

/** The notifications that say that Claude Code waits at its terminal. */
const WAITING: ReadonlySet<string> = new Set(['permission_prompt', 'idle_prompt', 'elicitation_dialog']);

const EVENTS: ReadonlyMap<string, EventReader> = new Map([
  ['SessionStart', sessionStarted],
  ['SessionEnd', sessionEnded],
  ['UserPromptSubmit', promptTyped],
  ['PreToolUse', toolStarts],
  ['PostToolUse', toolUsed],
  [
    'PostToolUseFailure',
    reader(v.object({ ...TOOL, error: text }), ({ session_id, tool_name, tool_input, error }) => ({
      kind: 'tool_used',
      sessionId: session_id,
      tool: tool_name,
      input: tool_input,
      failure: error,
      takesContext: false,
    })),
  ],
  [
    'PermissionRequest',
    reader(
      v.object({ ...TOOL, permission_suggestions: v.fallback(v.array(v.unknown()), []) }),
      ({ session_id, tool_name, tool_input, permission_suggestions }): AgentEvent | null => {
        const use = { sessionId: session_id, tool: tool_name, input: tool_input };
        if (tool_name !== ASK_USER_QUESTION)
          return { kind: 'permission_asked', ...use, suggestions: suggestionsOf(permission_suggestions) };
        const questions = parseAgentQuestions(tool_input);
        return questions && { kind: 'question_asked', ...use, questions, holdsTerminal: false };
      },
    ),
  ],
  [
    'Notification',
    reader(
      v.object({ ...SESSION, notification_type: text, message: text }),
      ({ session_id, notification_type, message }) =>
        WAITING.has(notification_type) ? { kind: 'waits_at_terminal', sessionId: session_id, message } : null,
    ),
  ],
  [
    'Stop',
    reader(
      v.object({ ...SESSION, last_assistant_message: maybeText }),
      ({ session_id, last_assistant_message }) => ({
        kind: 'turn_ended',
        sessionId: session_id,
        message: last_assistant_message,
        canGoOn: true,
      }),
    ),
  ],
]);

/** Claude Code takes the same JSON from a command and from an HTTP hook. */
export const CLAUDE_CODE: HookAgent = {
  name: 'claude-code',
  timeoutSeconds: 600,
  canEndRun: true,
  read: tableReader(EVENTS),
  context: eventContext,
  answer,
};

function answer(body: object, decision: Decision): object {
  const eventName = hookEventName(body);
  const output = (fields: object) => ({ hookSpecificOutput: { hookEventName: eventName, ...fields } });
  switch (decision.kind) {
    case 'nothing':
      return {};
    case 'context':
      return output({ additionalContext: decision.text });
    case 'go_on':
      return { decision: 'block', reason: decision.reason };
    case 'allow': {
      const { suggestion } = decision;
      return output({
        decision: {
          behavior: 'allow',
          ...(suggestion !== null && { updatedPermissions: [suggestion.value] }),
        },
      });
    }
    case 'deny': {
      const { reason, endsRun } = decision;
      if (eventName === 'PermissionRequest')
        return output({
          decision: { behavior: 'deny', message: reason, ...(endsRun && { interrupt: true }) },
        });
      // In front of a tool the refusal counts more: Claude Code lets the model read it, and goes on.
      return {
        ...(eventName === 'PreToolUse' &&
          output({ permissionDecision: 'deny', permissionDecisionReason: reason })),
        ...(endsRun && { continue: false, stopReason: reason }),
      };
    }
    case 'answers':
      return output({
        decision: { behavior: 'allow', updatedInput: answeredInput(body, decision.answers) },
      });
  }
}

const QUESTIONS = v.object({ tool_input: inputObject });

/** Returns the input of `AskUserQuestion` with the answers, by the texts of the questions. */
function answeredInput(body: object, answers: readonly string[]): object {
  const { tool_input } = v.parse(QUESTIONS, body);
  const questions = parseAgentQuestions(tool_input) ?? [];
  const entries = questions.map(({ question }, index) => [question, answers[index] ?? '']);
  return { ...tool_input, answers: Object.fromEntries(entries) };
}
