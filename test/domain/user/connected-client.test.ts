import { describe, expect, test } from 'vitest';
import { isAccessRemembered, prolongApiKey } from '../../../src/domain/user/connected-client.ts';
import { anApiKey, BEFORE, NOW } from '../../support/builders.ts';

const AFTER = new Date(NOW.getTime() + 1);

const client = { id: 'https://claude.ai/client', host: 'claude.ai', scopes: ['agent'] as const };
const request = {
  clientId: client.id,
  scopes: ['agent'],
  redirectUri: 'https://claude.ai/api/mcp/auth_callback',
} as const;

describe('a person is not asked again', () => {
  test('if the same program has a valid key that allows as much', () => {
    expect(isAccessRemembered([anApiKey(), anApiKey({ client })], request, NOW)).toBe(true);
    expect(isAccessRemembered([anApiKey({ client })], { ...request, scopes: [] }, NOW)).toBe(true);
  });

  test.each([
    ['the key was revoked', { client, revokedAt: BEFORE }, {}],
    ['the key has expired', { client, expiresAt: BEFORE }, {}],
    ['the key is of another program', { client: { ...client, id: 'other' } }, {}],
    ['the key is one that somebody copies', { client: null }, {}],
    ['the program wants more', { client }, { scopes: ['agent', 'dashboard'] as const }],
    ['the program runs on a computer', { client }, { redirectUri: 'http://localhost:1/callback' }],
    ['the program is an app', { client }, { redirectUri: 'cursor://callback' }],
  ])('but is, if %s', (_, key, changed) => {
    expect(isAccessRemembered([anApiKey(key)], { ...request, ...changed }, NOW)).toBe(false);
  });
});

describe('a key that is used again', () => {
  test('is valid for longer, and never for less long', () => {
    const key = anApiKey({ client, expiresAt: NOW });
    expect(prolongApiKey(key, AFTER)).toEqual({ ...key, expiresAt: AFTER });
    expect(prolongApiKey(key, BEFORE)).toBeNull();
  });

  test('stays as it is if it is revoked, never expires, or is gone', () => {
    expect(prolongApiKey(anApiKey({ expiresAt: NOW, revokedAt: NOW }), AFTER)).toBeNull();
    expect(prolongApiKey(anApiKey({ expiresAt: null }), AFTER)).toBeNull();
    expect(prolongApiKey(null, AFTER)).toBeNull();
  });
});
