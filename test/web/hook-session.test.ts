import { expect, test } from 'vitest';
import { instanceOfSession } from '../../src/adapters/hooks/session-instance.ts';
import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import { isHookSession } from '../../web/src/model/hook-session.ts';

test('the instance of a session of hooks is told from others by its id', () => {
  for (const session of ['one', 'two', 'ses_3'])
    expect(isHookSession({ id: instanceOfSession('claude-code', session) })).toBe(true);
  expect(isHookSession({ id: uuidV7.next() })).toBe(false);
  expect(isHookSession({ id: crypto.randomUUID() })).toBe(false);
});
