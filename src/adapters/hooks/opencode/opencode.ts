import * as v from 'valibot';
import { parseAgentQuestions } from '../../../application/permission/agent-question.ts';
import type { GivenWireContext } from '../../../application/wire/agent-context.ts';
import type { AgentEvent, Decision, HookAgent } from '../agent-event.ts';
import { contextTexts } from '../event-context.ts';
import { type EventReader, inputObject, maybeText, reader, text } from '../event-table.ts';

const SESSION = { sessionID: text };
const PERMISSION = v.object({
  ...SESSION,
  permission: text,
  patterns: v.array(v.string()),
  metadata: inputObject,
  always: v.fallback(v.array(text), []),
});

/** The events of OpenCode, by their types. The fields of each are in `properties`. */
const EVENTS: ReadonlyMap<string, EventReader> = new Map([
  [
    'session.created',
    reader(v.object(SESSION), ({ sessionID }) => ({ kind: 'session_started', sessionId: sessionID })),
  ],
  [
    'session.deleted',
    reader(v.object(SESSION), ({ sessionID }) => ({
      kind: 'session_ended',
      sessionId: sessionID,
      failure: null,
    })),
  ],
  [
    'session.idle',
    // After this, the program may end, so nothing is handed over with it.
    reader(v.object(SESSION), ({ sessionID }) => ({
      kind: 'turn_ended',
      sessionId: sessionID,
      message: null,
      canGoOn: false,
    })),
  ],
  [
    'permission.asked',
    reader(PERMISSION, ({ sessionID, permission, patterns, metadata, always }) => ({
      kind: 'permission_asked',
      sessionId: sessionID,
      tool: permission,
      input: { ...metadata, patterns },
      suggestions:
        always.length === 0 ? [] : [{ label: `${permission} ${always.join(', ')}`, value: 'always' }],
    })),
  ],
  ['permission.replied', reader(v.object(SESSION), answeredAtTerminal)],
  [
    'question.asked',
    reader(v.object({ ...SESSION, questions: v.unknown() }), ({ sessionID, questions: asked }) => {
      const input = { questions: asked };
      const questions = parseAgentQuestions(input);
      return (
        questions && {
          kind: 'question_asked',
          sessionId: sessionID,
          tool: 'question',
          input,
          questions,
          holdsTerminal: false,
        }
      );
    }),
  ],
  ['question.replied', reader(v.object(SESSION), answeredAtTerminal)],
  ['question.rejected', reader(v.object(SESSION), answeredAtTerminal)],
]);

function answeredAtTerminal({ sessionID }: { readonly sessionID: string }): AgentEvent {
  return { kind: 'answered_at_terminal', sessionId: sessionID };
}

/** The calls of a plugin have no name. Each is known by what its `input` and `output` have. */
const PLUGIN_CALLS: readonly EventReader[] = [
  reader(
    v.object({
      input: v.object({ ...SESSION, tool: text, args: inputObject }),
      output: v.object({ output: v.string() }),
    }),
    ({ input }) => ({
      kind: 'tool_used',
      sessionId: input.sessionID,
      tool: input.tool,
      input: input.args,
      failure: null,
      takesContext: false,
    }),
  ),
  reader(
    v.object({ input: v.object({ ...SESSION, tool: text }), output: v.object({ args: inputObject }) }),
    ({ input, output }) => ({
      kind: 'tool_starts',
      sessionId: input.sessionID,
      tool: input.tool,
      input: output.args,
    }),
  ),
  reader(
    v.object({
      input: v.object(SESSION),
      output: v.object({
        message: v.object({ role: v.literal('user') }),
        parts: v.array(v.object({ type: v.string(), text: v.optional(v.string()) })),
      }),
    }),
    ({ input, output }) => {
      const texts = output.parts.flatMap((part) => (part.type === 'text' && part.text ? [part.text] : []));
      return texts.length === 0
        ? null
        : { kind: 'prompt', sessionId: input.sessionID, text: texts.join('\n'), takesContext: false };
    },
  ),
  reader(
    v.object({ input: v.object({ ...SESSION, messageID: text, partID: text }), output: v.object({ text }) }),
    ({ input, output }) => ({ kind: 'said', sessionId: input.sessionID, text: output.text }),
  ),
];

const EVENT = v.object({ type: text, properties: inputObject });

function read(body: object): AgentEvent | null {
  const event = v.safeParse(EVENT, body);
  if (event.success) return EVENTS.get(event.output.type)?.(event.output.properties) ?? null;
  for (const readCall of PLUGIN_CALLS) {
    const read = readCall(body);
    if (read !== null) return read;
  }
  return null;
}

const SESSION_INFO = v.object({
  properties: v.object({
    info: v.object({
      directory: maybeText,
      version: maybeText,
      model: v.fallback(v.nullable(v.object({ id: maybeText })), null),
    }),
  }),
});
const MESSAGE_MODEL = v.object({
  output: v.object({ message: v.object({ model: v.object({ modelID: maybeText }) }) }),
});

/** The events about a session say most, and each prompt says which model gets it. */
function context(body: object): GivenWireContext {
  const session = v.safeParse(SESSION_INFO, body);
  if (session.success) {
    const { directory, version, model } = session.output.properties.info;
    return contextTexts({ folder: directory, agent_version: version, model: model?.id ?? null });
  }
  const message = v.safeParse(MESSAGE_MODEL, body);
  return contextTexts({ model: message.success ? message.output.output.message.model.modelID : null });
}

/**
 * A plugin in OpenCode posts what it is called with. It throws `error` in front of a tool, and sends `reply`
 * or `answers` to the server of OpenCode as the reply to the permission or the question.
 */
export const OPENCODE: HookAgent = {
  name: 'opencode',
  timeoutSeconds: 600,
  canEndRun: false,
  read,
  context,
  answer,
};

function answer(body: object, decision: Decision): object {
  switch (decision.kind) {
    case 'allow':
      return { reply: decision.suggestion === null ? 'once' : 'always' };
    case 'deny':
      return Object.hasOwn(body, 'type')
        ? { reply: 'reject', message: decision.reason }
        : { error: decision.reason };
    case 'answers':
      return { answers: decision.answers.map((each) => [each]) };
    default:
      return {};
  }
}
