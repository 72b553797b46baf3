import * as v from 'valibot';
import type { AgentEvent } from './agent-event.ts';

/** Reads an event of one name. Returns null if the event has an unknown form, or means nothing here. */
export type EventReader = (body: object) => AgentEvent | null;

/** Makes a reader from the fields that it needs. All other fields of the event may be as they want. */
export const reader =
  <Schema extends v.GenericSchema>(
    schema: Schema,
    toEvent: (fields: v.InferOutput<Schema>) => AgentEvent | null,
  ): EventReader =>
  (body) => {
    const result = v.safeParse(schema, body);
    return result.success ? toEvent(result.output) : null;
  };

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = v.pipe(v.string(), v.nonEmpty());
/** A text that may be missing; of another form it counts as missing. */
export const maybeText = v.fallback(v.nullable(v.string()), null);
export const inputObject = v.custom<object>(isObject);

/** The fields of events as Claude Code names them. Codex, Gemini CLI and Copilot CLI use the same names. */
export const SESSION = { session_id: text };
export const TOOL = { ...SESSION, tool_name: text, tool_input: inputObject };

/** The readers of events that several programs send in the same form. */
export const sessionStarted = reader(v.object(SESSION), ({ session_id }) => ({
  kind: 'session_started',
  sessionId: session_id,
}));

export const sessionEnded = reader(v.object(SESSION), ({ session_id }) => ({
  kind: 'session_ended',
  sessionId: session_id,
  failure: null,
}));

export const promptTyped = reader(v.object({ ...SESSION, prompt: text }), ({ session_id, prompt }) => ({
  kind: 'prompt',
  sessionId: session_id,
  text: prompt,
  takesContext: true,
}));

export const toolStarts = reader(v.object(TOOL), ({ session_id, tool_name, tool_input }) => ({
  kind: 'tool_starts',
  sessionId: session_id,
  tool: tool_name,
  input: tool_input,
}));

export const toolUsed = reader(v.object(TOOL), ({ session_id, tool_name, tool_input }) => ({
  kind: 'tool_used',
  sessionId: session_id,
  tool: tool_name,
  input: tool_input,
  failure: null,
  takesContext: true,
}));

/** Returns the name of an event whose program puts it into the field `hook_event_name`. */
export function hookEventName(body: object): string | null {
  const { hook_event_name: name } = body as { readonly hook_event_name?: unknown };
  return typeof name === 'string' ? name : null;
}

/** Makes a reader of all events of an agent, which names each event in a field. */
export const tableReader =
  (table: ReadonlyMap<string, EventReader>): EventReader =>
  (body) =>
    table.get(hookEventName(body) ?? '')?.(body) ?? null;
