import type { JsonSchema } from '@valibot/to-json-schema';

const DECIMAL_NUMBER = /^\s*-?\d+(?:\.\d+)?\s*$/;
const LIST_OR_OBJECT = /^\s*[[{]/;

/**
 * Reads a text that a client sent for an argument. Where the schema has no texts, it is the number, the list
 * or the object that it shows. Where the schema has texts as well, it is a text, unless `isText` is false.
 * @returns the text itself if it does not show what the schema has.
 */
export function readText(schema: JsonSchema, text: string, isText = true): unknown {
  const kinds = kindsOf(schema);
  if (isText && kinds.includes('string')) return text;
  if ((kinds.includes('number') || kinds.includes('integer')) && DECIMAL_NUMBER.test(text))
    return Number(text);
  if (!LIST_OR_OBJECT.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return kinds.includes(Array.isArray(value) ? 'array' : 'object') ? value : text;
  } catch {
    return text;
  }
}

function kindsOf({ type, anyOf = [] }: JsonSchema): readonly unknown[] {
  return type === undefined ? anyOf.flatMap((one) => (typeof one === 'object' ? kindsOf(one) : [])) : [type];
}
