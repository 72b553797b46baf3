import type * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { TOOLS } from '../../../../src/adapters/mcp/tools/tools.ts';

const PLAIN_TYPES: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'array', 'object'];

/** Returns the types of a schema; undefined for one without a type. */
const typesOf = ({ anyOf, type }: { anyOf?: unknown; type?: unknown }): readonly unknown[] =>
  Array.isArray(anyOf) ? anyOf.map((schema: { type?: unknown }) => schema.type) : [type];

describe.each(TOOLS.map((tool) => ({ name: tool.definition.name, tool })))('$name', ({ tool }) => {
  const { inputSchema, description } = tool.definition;
  const outputSchema = tool.definition.outputSchema!;
  const { entries } = tool.useCase.input as unknown as { entries: v.ObjectEntries };

  test('takes fields of its use case, each with a plain type and a description', () => {
    for (const [name, schema] of Object.entries(inputSchema.properties)) {
      expect(typesOf(schema).filter((type) => !PLAIN_TYPES.includes(type))).toEqual([]);
      expect(schema.description?.length).toBeGreaterThan(10);
      // It is about how the client is asked, and no use case gets it.
      if (name === 'elicit') continue;
      const from = [...tool.argumentNames].find(([, ours]) => ours === name)?.[0];
      expect(Object.keys(entries)).toContain(from);
    }
  });

  test('has schemas that every client can read', () => {
    for (const schema of [inputSchema, outputSchema]) {
      expect(schema.type).toBe('object');
      expect(JSON.stringify(schema)).not.toMatch(/\$(schema|ref|defs)|"(pattern|format|examples)"/);
    }
    expect(Object.keys(outputSchema.properties).length).toBeGreaterThan(0);
  });

  test('has a description of 100 to 1,200 characters', () => {
    expect(description.length).toBeGreaterThan(100);
    expect(description.length).toBeLessThan(1_200);
  });
});

test('the schemas list the required fields', () => {
  const inputs = TOOLS.map(({ definition }) => [definition.name, definition.inputSchema.required]);
  expect(inputs).toEqual([
    ['log_step', ['step_description']],
    ['ask_question', []],
    ['withdraw_question', ['question_id']],
    ['end_session', ['agent_instance_id']],
  ]);
  const outputs = TOOLS.map(({ definition }) => definition.outputSchema!.required?.toSorted());
  expect(outputs).toEqual([
    [
      'agent_instance_id',
      'more',
      'outcomes',
      'redelivered',
      'step_number',
      'stop_requested',
      'success',
      'user_feedback',
    ],
    [
      'agent_instance_id',
      'answer',
      'more',
      'outcome',
      'outcomes',
      'question_id',
      'redelivered',
      'status',
      'stop_requested',
      'user_feedback',
    ],
    ['agent_instance_id', 'question_id', 'status', 'stop_requested', 'success'],
    ['agent_instance_id', 'final_status', 'stop_requested', 'success'],
  ]);
});
