import type { JsonSchema } from '@valibot/to-json-schema';
import {
  FORBIDDEN_KEYS,
  MAX_JSON_DEPTH,
  MAX_JSON_VALUES,
} from '../../../application/dispatch/hostile-json.ts';
import { TEXT_PATTERN } from '../../../domain/text/blank.ts';

const NAME = 'Json';

export const JSON_REF = `#/components/schemas/${NAME}`;

export const ANY_NAME: JsonSchema = { pattern: TEXT_PATTERN, not: { enum: [...FORBIDDEN_KEYS] } };

/** The keywords for an object that may have any fields. */
export const anyFields = (): JsonSchema => ({
  propertyNames: ANY_NAME,
  additionalProperties: { $ref: JSON_REF },
});

const inDigits = (number: number): string => number.toLocaleString('en-US');

const JSON_LIMITS = `${MAX_JSON_DEPTH} levels of nesting and ${inDigits(MAX_JSON_VALUES)} values`;

/** Says how large a body may be. */
export const bodyLimits = (bytes: number): string =>
  `At most ${inDigits(bytes)} bytes, ${JSON_LIMITS}. Unknown fields are ignored`;

/**
 * Describes what any field may have: JSON that every store can keep. Each kind of value has a schema of its
 * own, because the page at /docs fails at a list of types with `array` whose items are the same schema again.
 */
export const jsonValueComponent = (): { readonly [name: string]: object } => ({
  [NAME]: {
    description: `Any JSON without NUL characters and lone surrogates. A body has at most ${JSON_LIMITS}`,
    anyOf: [
      { type: ['null', 'boolean', 'number'] },
      { type: 'string', pattern: TEXT_PATTERN },
      { type: 'array', items: { $ref: JSON_REF } },
      { type: 'object', ...anyFields() },
    ],
  },
});
