import {
  type JsonSchema,
  type OverrideSchemaContext,
  toJsonSchema,
  toJsonSchemaDefs,
} from '@valibot/to-json-schema';
import * as v from 'valibot';
import { givenContext } from '../../../application/wire/agent-context.ts';
import { agentInstance } from '../../../application/wire/agent-instance.ts';
import { apiKey } from '../../../application/wire/api-key.ts';
import { conversationMessage } from '../../../application/wire/conversation-message.ts';
import * as field from '../../../application/wire/fields.ts';
import { notificationRule, quietHours } from '../../../application/wire/notification/notification-rules.ts';
import { outcome } from '../../../application/wire/outcome.ts';
import { questionOption } from '../../../application/wire/question/question-options.ts';
import { PROBLEM_CODES, type Problem } from '../http/problem.ts';
import { ANY_NAME, anyFields, JSON_REF, jsonValueComponent } from './json-value.ts';

const problem = v.object({
  type: v.literal('about:blank'),
  title: v.string(),
  status: v.number(),
  detail: v.pipe(v.string(), v.description('A text for people; it may change')),
  code: v.pipe(v.picklist(PROBLEM_CODES), v.description('A code for programs; it never changes')),
  request_id: v.pipe(v.string(), v.description("The request's id in the server's log")),
  errors: v.exactOptional(
    v.pipe(
      v.array(v.object({ path: v.string(), message: v.string() })),
      v.description('Which input fields are wrong, and why'),
    ),
  ),
  answer: v.exactOptional(conversationMessage),
  outcome: v.exactOptional(outcome),
}) satisfies v.GenericSchema<unknown, Problem>;

/** Schemas that several operations use. They become named components. */
const SHARED_SCHEMAS = {
  AgentInstance: agentInstance,
  ApiKey: apiKey,
  ConversationMessage: conversationMessage,
  Message: field.message,
  Problem: problem,
};

/** Objects in the bodies of requests. They may have more fields, as the bodies may. */
const INNER_OBJECTS: ReadonlySet<unknown> = new Set([
  givenContext,
  questionOption,
  notificationRule,
  quietHours,
]);

const SETTINGS = {
  target: 'draft-2020-12',
  // The input of a metadata field is checked by code, which has no JSON Schema. The output of the field is a
  // record, which has one.
  typeMode: 'output',
  // Checks in code are left out, because they have no JSON Schema. The metadata beside them describes them.
  errorMode: 'ignore',
  overrideSchema: ({ valibotSchema, jsonSchema }: OverrideSchemaContext): JsonSchema | undefined => {
    if (valibotSchema.type === 'unknown') return { $ref: JSON_REF };
    if (INNER_OBJECTS.has(valibotSchema)) return { ...jsonSchema, ...anyFields() };
    if (valibotSchema.type !== 'record') return undefined;
    const { propertyNames } = jsonSchema;
    return { ...jsonSchema, propertyNames: { ...ANY_NAME, ...(propertyNames as JsonSchema) } };
  },
  definitions: SHARED_SCHEMAS,
  overrideRef: ({ referenceId }: { referenceId: string }) => schemaReference(referenceId),
} as const;

const schemaReference = (name: string) => `#/components/schemas/${name}`;

export const PROBLEM_REF = schemaReference('Problem');

/** Returns the shared schemas by their component names. */
export const schemaComponents = (): { readonly [name: string]: object } => ({
  ...toJsonSchemaDefs(SHARED_SCHEMAS, SETTINGS),
  ...jsonValueComponent(),
});

/** Converts a use case's schema to JSON Schema, the form that OpenAPI 3.1 uses. */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const shared = Object.entries(SHARED_SCHEMAS).find(
    ([, sharedSchema]) => sharedSchema === (schema as unknown),
  );
  if (shared !== undefined) return { $ref: schemaReference(shared[0]) };
  const { $schema: _dialect, $defs: _shared, ...ownSchema } = toJsonSchema(schema, SETTINGS);
  return ownSchema;
}

/**
 * Removes the alternative `null` from a schema. A body may have null for an absent field, but a query or a
 * path cannot contain null.
 */
export function withoutNull(schema: JsonSchema): JsonSchema {
  const { anyOf, ...otherKeywords } = schema;
  if (anyOf === undefined) return schema;
  const others = anyOf.filter((one) => typeof one !== 'object' || one.type !== 'null');
  const [only] = others;
  return others.length === 1 && typeof only === 'object'
    ? { ...only, ...otherKeywords }
    : { ...otherKeywords, anyOf: others };
}
