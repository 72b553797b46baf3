import { type JsonSchema, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { agentInstance } from '../../../application/wire/agent-instance.ts';
import { apiKey } from '../../../application/wire/api-key.ts';
import { conversationMessage } from '../../../application/wire/conversation-message.ts';
import * as field from '../../../application/wire/fields.ts';
import { PROBLEM_CODES, type Problem } from '../http/problem.ts';

const problem = v.object({
  type: v.literal('about:blank'),
  title: v.string(),
  status: v.number(),
  detail: v.pipe(v.string(), v.description('For people; it may change')),
  code: v.pipe(v.picklist(PROBLEM_CODES), v.description('For programs; it never changes')),
  request_id: v.pipe(v.string(), v.description("What the server's log knows the request by")),
  errors: v.exactOptional(
    v.pipe(
      v.array(v.object({ path: v.string(), message: v.string() })),
      v.description('What is wrong with the input, and where'),
    ),
  ),
  answer: v.exactOptional(conversationMessage),
}) satisfies v.GenericSchema<unknown, Problem>;

/** What the description names, since more than one operation speaks of it. */
const SHARED = {
  AgentInstance: agentInstance,
  ApiKey: apiKey,
  ConversationMessage: conversationMessage,
  Message: field.message,
  Problem: problem,
};

const SETTINGS = {
  target: 'draft-2020-12',
  // A metadata field is a check in code first, and then a record: the record says more.
  typeMode: 'output',
  // Checks in code have no JSON Schema; what breaks them is answered by the use case's own error.
  errorMode: 'ignore',
  definitions: SHARED,
  overrideRef: ({ referenceId }: { referenceId: string }) => refTo(referenceId),
} as const;

const refTo = (name: string) => `#/components/schemas/${name}`;

export const PROBLEM_REF = refTo('Problem');

/** The shared schemas, by the names that others refer to them by. */
export const schemaComponents = (): { readonly [name: string]: JsonSchema } =>
  toJsonSchemaDefs(SHARED, SETTINGS);

/** A schema of a use case as JSON Schema, which is what OpenAPI 3.1 speaks. */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const shared = Object.entries(SHARED).find(([, one]) => one === (schema as unknown));
  if (shared !== undefined) return { $ref: refTo(shared[0]) };
  const { $schema: _dialect, $defs: _shared, ...own } = toJsonSchema(schema, SETTINGS);
  return own;
}

/** Null counts as absent in a body; a query has none. */
export function withoutNull(schema: JsonSchema): JsonSchema {
  const { anyOf, ...others } = schema;
  const [first, second] = anyOf ?? [];
  if (typeof first !== 'object' || typeof second !== 'object' || second.type !== 'null') return schema;
  return { ...first, ...others };
}
