/** The methods whose arguments this server reads from the message itself. */
const METHODS_WITH_ARGUMENTS: ReadonlySet<unknown> = new Set(['tools/call', 'prompts/get']);

/** The texts in `params`. A value of another type is passed on as text, so that this server refuses it. */
const TEXTS: ReadonlySet<string> = new Set(['name', 'uri', 'cursor', 'taskId']);

/** The text that each of these methods needs. If it is missing, this server refuses the empty text. */
const NEEDED_TEXT: { readonly [method: string]: object } = {
  'tools/call': { name: '' },
  'prompts/get': { name: '' },
  'resources/read': { uri: '' },
};

interface SentMessage {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly [name: string]: unknown } | null;
}

/**
 * Returns a message, or a list of messages, in the form that is passed to a protocol library. The libraries
 * drop some keys of a call's arguments, and refuse others with errors that no agent understands. So they get
 * `{}`, and this server reads the arguments with `sentArguments`. null in `params` counts as absent.
 */
export const libraryMessage = (body: unknown): unknown =>
  Array.isArray(body) ? body.map(simplify) : simplify(body);

function simplify(message: unknown): unknown {
  if (!isObject(message) || typeof message.method !== 'string') return message;
  const { params: sentParams, ...rest } = message;
  const params = sentParams ?? NEEDED_TEXT[message.method];
  if (params === undefined) return rest;
  if (!isObject(params)) return message;
  const simplified = Object.entries(params).flatMap(([name, value]) => {
    if (value === null) return [];
    if (name === 'arguments' && METHODS_WITH_ARGUMENTS.has(message.method)) return [[name, {}]];
    return [[name, TEXTS.has(name) && typeof value !== 'string' ? JSON.stringify(value) : value]];
  });
  return { ...rest, params: { ...NEEDED_TEXT[message.method], ...Object.fromEntries(simplified) } };
}

/**
 * Returns the arguments of a call exactly as the client sent them, of whatever type; null if there are none.
 * @param id the JSON-RPC id of the call. The body may be a list of several calls.
 */
export function sentArguments(body: unknown, id: unknown): unknown {
  const messages = (Array.isArray(body) ? body : [body]) as (SentMessage | null)[];
  const call = messages.find((message) => message?.id === id && METHODS_WITH_ARGUMENTS.has(message?.method));
  return call?.params?.arguments ?? null;
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
