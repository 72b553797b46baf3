import * as v from 'valibot';
import type { Decision, HookAgent } from '../agent-event.ts';
import { eventContext } from '../event-context.ts';
import {
  type EventReader,
  hookEventName,
  maybeText,
  promptTyped,
  reader,
  SESSION,
  sessionEnded,
  sessionStarted,
  tableReader,
  text,
  toolStarts,
  toolUsed,
} from '../event-table.ts';

const EVENTS: ReadonlyMap<string, EventReader> = new Map([
  ['SessionStart', sessionStarted],
  ['SessionEnd', sessionEnded],
  ['BeforeAgent', promptTyped],
  ['BeforeTool', toolStarts],
  ['AfterTool', toolUsed],
  [
    'Notification',
    reader(v.object({ ...SESSION, message: text }), ({ session_id, message }) => ({
      kind: 'waits_at_terminal',
      sessionId: session_id,
      message,
    })),
  ],
  [
    'AfterAgent',
    reader(v.object({ ...SESSION, prompt_response: maybeText }), ({ session_id, prompt_response }) => ({
      kind: 'turn_ended',
      sessionId: session_id,
      message: prompt_response,
      canGoOn: true,
    })),
  ],
]);

/** Gemini CLI tells that it asks for a permission, but no hook can give it. */
export const GEMINI_CLI: HookAgent = {
  name: 'gemini-cli',
  timeoutSeconds: 60,
  canEndRun: false,
  read: tableReader(EVENTS),
  context: eventContext,
  answer,
};

function answer(body: object, decision: Decision): object {
  switch (decision.kind) {
    case 'context':
      return {
        hookSpecificOutput: { hookEventName: hookEventName(body), additionalContext: decision.text },
      };
    case 'go_on':
    case 'deny':
      return { decision: 'deny', reason: decision.reason };
    default:
      return {};
  }
}
