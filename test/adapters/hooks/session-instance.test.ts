import { expect, test } from 'vitest';
import { instanceOfSession } from '../../../src/adapters/hooks/session-instance.ts';

test('a session has the same instance always, in every process and version', () => {
  expect(instanceOfSession('codex', 'a session')).toBe('3472a7c2-9fef-8518-b653-6a25ec64a2e7');
});

test('the id is a UUID of version 8', () => {
  for (const session of ['', 'a', '🙂', 'x'.repeat(10_000)])
    expect(instanceOfSession('codex', session)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
});

test('another session, or another agent, has another instance', () => {
  const ids = [
    instanceOfSession('codex', 'a'),
    instanceOfSession('codex', 'b'),
    instanceOfSession('gemini-cli', 'a'),
  ];
  expect(new Set(ids).size).toBe(3);
});
