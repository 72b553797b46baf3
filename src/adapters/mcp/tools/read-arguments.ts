import { INVALID_PARAMS, McpProtocolError } from '../call/mcp-protocol-error.ts';
import { readText } from './read-text.ts';
import type { ToolDefinition } from './tool.ts';

interface Arguments {
  readonly [name: string]: unknown;
}

const describeType = (value: unknown): string =>
  Array.isArray(value) ? 'a list' : typeof value === 'string' ? 'a text' : `a ${typeof value}`;

/**
 * Reads the arguments of a tool call. Models and clients often fill in what they should leave out: null, and
 * an empty text for an optional argument, count as absent. A number may be sent as text, and a list or an
 * object as JSON text.
 * @param sent the arguments as the client sent them; null if there are none.
 * @throws McpProtocolError if the arguments are not a JSON object.
 */
export function readArguments({ name, inputSchema }: ToolDefinition, sent: unknown): object {
  if (sent === null || sent === undefined) return {};
  if (typeof sent !== 'object' || Array.isArray(sent)) {
    const names = Object.keys(inputSchema.properties).join(', ');
    throw new McpProtocolError(
      INVALID_PARAMS,
      `The arguments of ${name} must be a JSON object with ${names}; they are ${describeType(sent)}`,
    );
  }
  const { properties, required = [] } = inputSchema;
  // An answer that shows a list or an object is one if the question has options or a form to answer.
  const isTextAnswer = ['options', 'form'].every((name) => (sent as Arguments)[name] == null);
  const args: [string, unknown][] = [];
  for (const [argument, value] of Object.entries(sent)) {
    const schema = Object.hasOwn(properties, argument) ? properties[argument] : undefined;
    if (schema === undefined) {
      args.push([argument, value]);
      continue;
    }
    const isText = argument !== 'default_answer' || isTextAnswer;
    const isBlank = typeof value === 'string' && value.trim() === '';
    if (value === null || (isBlank && !required.includes(argument))) continue;
    args.push([argument, typeof value === 'string' ? readText(schema, value, isText) : value]);
  }
  // `__proto__` stays a key of its own, so that `dispatch` can refuse it.
  return Object.fromEntries(args);
}
