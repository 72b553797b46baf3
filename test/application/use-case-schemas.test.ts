import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import * as useCases from '../../src/application/use-cases/index.ts';

/** Returns the types of all transformations in a schema, such as trim, cast and brand. */
function transformationsIn(schema: object): string[] {
  const found: string[] = [];
  const seen = new Set<object>();
  const pending: object[] = [schema];
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (seen.has(part)) continue;
    seen.add(part);
    if ('kind' in part && part.kind === 'transformation')
      found.push('type' in part ? String(part.type) : '?');
    for (const child of Object.values(part)) {
      if (typeof child === 'object' && child !== null) pending.push(child);
    }
  }
  return found;
}

describe.each(Object.values(useCases).map(({ name, input, output }) => ({ name, input, output })))(
  '$name',
  ({ input, output }) => {
    test('has an input schema of the wire form, without transforms', () => {
      expect(transformationsIn(input)).toEqual([]);
    });

    test('has an output schema of the wire form, without transforms', () => {
      expect(transformationsIn(output)).toEqual([]);
    });
  },
);

test.each([
  ['in a pipe', v.object({ name: v.pipe(v.string(), v.trim()) }), 'trim'],
  [
    'in what is optional',
    v.object({ name: v.optional(v.pipe(v.string(), v.toLowerCase())) }),
    'to_lower_case',
  ],
  ['in a list', v.object({ names: v.array(v.pipe(v.string(), v.transform(Number))) }), 'transform'],
  [
    'in a choice',
    v.object({ name: v.union([v.number(), v.pipe(v.string(), v.toUpperCase())]) }),
    'to_upper_case',
  ],
  ['in a record', v.object({ names: v.record(v.string(), v.pipe(v.string(), v.trim())) }), 'trim'],
  ['around everything', v.pipe(v.object({}), v.readonly()), 'readonly'],
])('a transform %s would be found', (_where, schema, type) => {
  expect(transformationsIn(schema)).toEqual([type]);
});

test('each use case is exported under its own name', () => {
  for (const [name, useCase] of Object.entries(useCases)) {
    const camelCase = useCase.name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    expect(camelCase).toBe(name);
  }
});
