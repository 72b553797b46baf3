import * as v from 'valibot';
import type { AgentQuestion } from '../../../application/permission/agent-question.ts';
import type { AgentEvent, Decision, HookAgent } from '../agent-event.ts';
import { eventContext } from '../event-context.ts';
import { hookEventName, inputObject, maybeText, text } from '../event-table.ts';
import { answersText } from '../texts.ts';
import { askedQuestion } from './asked-question.ts';

/** The tool with which the model of Copilot CLI asks the person something. */
const ASK_USER = 'ask_user';

/** Each field has two names: hooks with names in camelCase get the first, those in PascalCase the second. */
const FIELDS = v.pipe(
  v.object({
    sessionId: v.optional(text),
    session_id: v.optional(text),
    toolName: v.optional(text),
    tool_name: v.optional(text),
    toolArgs: v.optional(inputObject),
    toolInput: v.optional(inputObject),
    tool_input: v.optional(inputObject),
    prompt: maybeText,
    reason: maybeText,
    error: maybeText,
    message: maybeText,
  }),
  v.transform((fields) => ({
    ...fields,
    sessionId: fields.sessionId ?? fields.session_id,
    tool: fields.toolName ?? fields.tool_name,
    input: fields.toolArgs ?? fields.toolInput ?? fields.tool_input,
  })),
);

/** The fields by which an event in camelCase shows what it is, because most of them have no name. */
const NAME_BY_FIELD = [
  ['transformedPrompt', 'userPromptTransformed'],
  ['toolResult', 'postToolUse'],
  ['error', 'postToolUseFailure'],
  ['toolArgs', 'preToolUse'],
  ['stopReason', 'agentStop'],
  ['prompt', 'userPromptSubmitted'],
  ['source', 'sessionStart'],
  ['reason', 'sessionEnd'],
] as const;

/** Returns the name of the event in camelCase, or as hooks in PascalCase get it. */
function nameOf(body: object): string | null {
  const named = hookEventName(body) ?? (body as { readonly hookName?: unknown }).hookName;
  if (typeof named === 'string') return named;
  return NAME_BY_FIELD.find(([field]) => Object.hasOwn(body, field))?.[1] ?? null;
}

/** Why a session ended that did not end as usual. */
const FAILURES: ReadonlySet<string> = new Set(['error', 'timeout']);

function read(body: object): AgentEvent | null {
  const parsed = v.safeParse(FIELDS, body);
  if (!parsed.success || parsed.output.sessionId === undefined) return null;
  const { sessionId, tool, input, prompt, reason, error, message } = parsed.output;
  const use = tool === undefined || input === undefined ? null : { sessionId, tool, input };
  switch (nameOf(body)) {
    case 'sessionStart':
    case 'SessionStart':
      return { kind: 'session_started', sessionId };
    case 'sessionEnd':
    case 'SessionEnd':
      return { kind: 'session_ended', sessionId, failure: FAILURES.has(reason ?? '') ? reason : null };
    case 'userPromptSubmitted':
    case 'UserPromptSubmit':
      return prompt === null ? null : { kind: 'prompt', sessionId, text: prompt, takesContext: false };
    case 'preToolUse':
    case 'PreToolUse': {
      const question = tool === ASK_USER && input !== undefined ? askedQuestion(input) : null;
      return use && question !== null
        ? { kind: 'question_asked', ...use, questions: [question], holdsTerminal: true }
        : use && { kind: 'tool_starts', ...use };
    }
    case 'postToolUse':
    case 'PostToolUse':
      return use && { kind: 'tool_used', ...use, failure: null, takesContext: false };
    case 'postToolUseFailure':
    case 'PostToolUseFailure':
      return use && { kind: 'tool_used', ...use, failure: error ?? 'error', takesContext: false };
    case 'permissionRequest':
    case 'PermissionRequest':
      return use && { kind: 'permission_asked', ...use, suggestions: [] };
    case 'notification':
    case 'Notification':
      return message === null ? null : { kind: 'waits_at_terminal', sessionId, message };
    case 'agentStop':
    case 'Stop':
      return { kind: 'turn_ended', sessionId, message: null, canGoOn: true };
    default:
      return null;
  }
}

/** Copilot CLI denies a tool when a `preToolUse` hook fails, so its hooks must never fail. */
export const COPILOT_CLI: HookAgent = {
  name: 'copilot-cli',
  timeoutSeconds: 30,
  canEndRun: false,
  read,
  context: eventContext,
  answer,
};

function answer(body: object, decision: Decision): object {
  switch (decision.kind) {
    case 'go_on':
      return { decision: 'block', reason: decision.reason };
    case 'allow':
      return { behavior: 'allow' };
    case 'deny':
      return isPermission(body) ? { behavior: 'deny', message: decision.reason } : denyTool(decision.reason);
    case 'answers':
      return denyTool(answersText(questionTexts(body), decision.answers));
    default:
      return {};
  }
}

const isPermission = (body: object): boolean => nameOf(body)?.toLowerCase() === 'permissionrequest';

const denyTool = (reason: string) => ({ permissionDecision: 'deny', permissionDecisionReason: reason });

const questionTexts = (body: object): readonly string[] => {
  const { input } = v.parse(FIELDS, body);
  const question: AgentQuestion | null = input === undefined ? null : askedQuestion(input);
  return question === null ? [] : [question.question];
};
