import { expect, test } from 'vitest';
import { ownKeyOf } from '../../web/src/model/own-key.ts';
import type { ApiKey } from '../../web/src/model/wire.ts';

const EXPIRY = '2026-03-01T12:00:00.000Z';

const key = (id: string, fields: Partial<ApiKey> = {}): ApiKey => ({
  ...{ id, name: 'browser', scope: 'dashboard', agent_instance_id: null, created_at: EXPIRY },
  ...{ expires_at: '2026-03-01T12:00:00.750Z', last_used_at: null, revoked_at: null, client: null },
  ...fields,
});

const user = (expires_at: string | null) => ({
  ...{ user_id: 'ann', display_name: null, email: null, expires_at },
});

test('the key of this browser is the one that ends in the same second as its session', () => {
  const keys = [key('other', { expires_at: '2026-03-01T12:00:01.000Z' }), key('own')];
  expect(ownKeyOf(keys, user(EXPIRY))?.id).toBe('own');
});

test.each([
  ['two keys end in that second', [key('one'), key('two')], EXPIRY],
  ['the key was revoked', [key('one', { revoked_at: EXPIRY })], EXPIRY],
  ['the key is for agents', [key('one', { scope: 'agent' })], EXPIRY],
  ['the session does not end', [key('one', { expires_at: null })], null],
  ['the key does not end', [key('one', { expires_at: null })], EXPIRY],
])('no key is marked if %s', (_, keys, expiresAt) => {
  expect(ownKeyOf(keys, user(expiresAt))).toBeNull();
});
