import { expect, test } from 'vitest';
import { rememberedPermissionStep } from '../../../src/application/permission/remembered-permission.ts';
import { isValidContent } from '../../../src/domain/text/content.ts';

const grant = { grantKey: '["Edit"]', name: 'Edit' };
const textOf = (tool: string, input: object) => rememberedPermissionStep(tool, input, grant, 'u').content;

test('the step names what was allowed, and by which answer', () => {
  expect(textOf('Edit', { file_path: 'src/a.ts', old_string: 'a' })).toBe(
    'Allowed by “Yes, for this session (every Edit)”. Edit: src/a.ts',
  );
  expect(textOf('Edit', {})).toBe('Allowed by “Yes, for this session (every Edit)”. Edit');
});

test.each([
  ['of many lines', 'a\nb\u2028c', 'Edit: a b c'],
  ['that no store keeps', 'a\0b\ud800', 'Edit: ab\ufffd'],
])('a text %s becomes one that a message can have, in one line', (_, file_path, end) => {
  expect(textOf('Edit', { file_path }).endsWith(end)).toBe(true);
});

test('a long text is cut', () => {
  const text = textOf('Edit', { file_path: '👩‍🚀'.repeat(1_000_000) });
  expect(text.length).toBeLessThanOrEqual(300);
  expect(isValidContent(text)).toBe(true);
  expect(text.endsWith('…')).toBe(true);
});

test('two equal calls have different steps, so that the second is no retry of the first', () => {
  const step = (use: string) => rememberedPermissionStep('Edit', {}, grant, use).message_metadata;
  expect(step('1')).not.toEqual(step('2'));
});
