import * as v from 'valibot';
import { parseAgentQuestions } from '../../../application/permission/agent-question.ts';
import type { AgentEvent, Decision, HookAgent } from '../agent-event.ts';
import { eventContext } from '../event-context.ts';
import {
  type EventReader,
  hookEventName,
  inputObject,
  maybeText,
  reader,
  SESSION,
  sessionEnded,
  sessionStarted,
  TOOL,
  tableReader,
  text,
  toolUsed,
} from '../event-table.ts';
import { answersText } from '../texts.ts';

/** The tool with which the model of Codex asks the person something. */
const REQUEST_USER_INPUT = 'request_user_input';

const EVENTS: ReadonlyMap<string, EventReader> = new Map([
  ['SessionStart', sessionStarted],
  ['SessionEnd', sessionEnded],
  [
    'UserPromptSubmit',
    reader(v.object({ ...SESSION, prompt: text, agent_id: maybeText }), ({ session_id, prompt, agent_id }) =>
      // The prompt of a subagent was written by the model.
      agent_id === null ? { kind: 'prompt', sessionId: session_id, text: prompt, takesContext: true } : null,
    ),
  ],
  [
    'PreToolUse',
    reader(v.object(TOOL), ({ session_id, tool_name, tool_input }): AgentEvent => {
      const use = { sessionId: session_id, tool: tool_name, input: tool_input };
      const questions = tool_name === REQUEST_USER_INPUT ? parseAgentQuestions(tool_input) : null;
      return questions === null
        ? { kind: 'tool_starts', ...use }
        : { kind: 'question_asked', ...use, questions, holdsTerminal: true };
    }),
  ],
  ['PostToolUse', toolUsed],
  [
    'PermissionRequest',
    reader(v.object(TOOL), ({ session_id, tool_name, tool_input }) => ({
      kind: 'permission_asked',
      sessionId: session_id,
      tool: tool_name,
      input: tool_input,
      suggestions: [],
    })),
  ],
  [
    'Interrupt',
    reader(v.object(SESSION), ({ session_id }) => ({ kind: 'answered_at_terminal', sessionId: session_id })),
  ],
  [
    'Stop',
    reader(
      v.object({ ...SESSION, last_assistant_message: maybeText, agent_id: maybeText }),
      ({ session_id, last_assistant_message, agent_id }) =>
        agent_id === null
          ? { kind: 'turn_ended', sessionId: session_id, message: last_assistant_message, canGoOn: true }
          : null,
    ),
  ],
]);

/**
 * Codex understands the answers of Claude Code in part only: with `updatedInput`, `updatedPermissions` or
 * `interrupt` in a permission it ignores the whole answer.
 */
export const CODEX: HookAgent = {
  name: 'codex',
  timeoutSeconds: 600,
  canEndRun: false,
  read: tableReader(EVENTS),
  context: eventContext,
  answer,
};

function answer(body: object, decision: Decision): object {
  const eventName = hookEventName(body);
  const output = (fields: object) => ({ hookSpecificOutput: { hookEventName: eventName, ...fields } });
  const denyTool = (reason: string) =>
    output({ permissionDecision: 'deny', permissionDecisionReason: reason });
  switch (decision.kind) {
    case 'nothing':
      return {};
    case 'context':
      return output({ additionalContext: decision.text });
    case 'go_on':
      return { decision: 'block', reason: decision.reason };
    case 'allow':
      return output({ decision: { behavior: 'allow' } });
    case 'deny':
      return eventName === 'PermissionRequest'
        ? output({ decision: { behavior: 'deny', message: decision.reason } })
        : denyTool(decision.reason);
    case 'answers':
      // Nothing else can answer the question of this tool.
      return denyTool(answersText(questionTexts(body), decision.answers));
  }
}

const ASKED = v.object({ tool_input: inputObject });

const questionTexts = (body: object): readonly string[] =>
  (parseAgentQuestions(v.parse(ASKED, body).tool_input) ?? []).map(({ question }) => question);
