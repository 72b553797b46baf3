import { describe, expect, test } from 'vitest';
import {
  type ApiKeyRequest,
  apiKeyId,
  grantApiKey,
  isNewlyRevoked,
  isValidApiKey,
  revokeApiKey,
} from '../../../src/domain/user/api-key.ts';
import { anApiKey, BEFORE, instanceIdOf, NOW, newKeyId } from '../../support/builders.ts';
import { refusalOf } from '../refusal-of.ts';

const request = (fields: Partial<ApiKeyRequest> = {}): ApiKeyRequest => ({
  id: newKeyId(),
  name: 'laptop',
  scope: 'agent',
  agentInstanceId: null,
  expiresInSeconds: null,
  now: NOW,
  ...fields,
});
const later = (milliseconds: number): Date => new Date(NOW.getTime() + milliseconds);

describe('a granted key', () => {
  test('has the requested fields, and is neither used nor revoked', () => {
    const asked = request();
    expect(grantApiKey(asked)).toEqual({
      id: asked.id,
      name: 'laptop',
      scope: 'agent',
      agentInstanceId: null,
      client: null,
      createdAt: NOW,
      expiresAt: null,
      lastUsedAt: null,
      revokedAt: null,
    });
  });

  test.each([0, 1, 999])('has times in whole seconds, as its token has (%i ms)', (milliseconds) => {
    const { createdAt, expiresAt } = grantApiKey(
      request({ now: later(milliseconds), expiresInSeconds: 1.9 }),
    );
    expect({ createdAt, expiresAt }).toEqual({ createdAt: NOW, expiresAt: later(1000) });
  });

  test('can be limited to one agent instance if its scope is agent', () => {
    expect(grantApiKey(request({ agentInstanceId: instanceIdOf(1) })).agentInstanceId).toBe(instanceIdOf(1));
  });

  test('cannot be limited to one agent instance if its scope is dashboard', () => {
    const asked = request({ agentInstanceId: instanceIdOf(1), scope: 'dashboard' });
    expect(refusalOf(() => grantApiKey(asked))).toMatchObject({ code: 'key_not_grantable', field: 'scope' });
  });
});

describe('revoking', () => {
  test('records the time and changes nothing else', () => {
    const key = anApiKey();
    expect(revokeApiKey(key, NOW)).toEqual({ ...key, revokedAt: NOW });
  });

  test('again changes nothing: the first time counts', () => {
    expect(revokeApiKey(anApiKey({ revokedAt: BEFORE }), NOW)).toBeNull();
  });

  test('of an unknown key fails', () => {
    expect(refusalOf(() => revokeApiKey(null, NOW))).toMatchObject({ code: 'api_key_not_found' });
  });

  test('is published once: when a key becomes revoked or is first saved as revoked', () => {
    const good = anApiKey();
    const revoked = { ...good, revokedAt: NOW };
    expect(isNewlyRevoked(good, revoked)).toBe(true);
    expect(isNewlyRevoked(null, revoked)).toBe(true);
    expect(isNewlyRevoked(revoked, revoked)).toBe(false);
    expect(isNewlyRevoked(null, good)).toBe(false);
  });
});

test.each([
  ['for ever', {}, true],
  ['before it expires', { expiresAt: later(1) }, true],
  ['no more when it expires', { expiresAt: NOW }, false],
  ['no more once revoked', { revokedAt: BEFORE }, false],
])('a key is good %s', (_when, fields, good) => {
  expect(isValidApiKey(anApiKey(fields), NOW)).toBe(good);
});

test.each([
  '',
  'a'.repeat(15),
  'a'.repeat(17),
  'aaaa aaaaaaaaaaa',
  'aaaaaaaaaaaaaaa=',
  'aaaaaaaaaaaaaaaa\n',
  'ä'.repeat(16),
])('%j is no id of a key', (text) => {
  expect(refusalOf(() => apiKeyId(text))).toMatchObject({ code: 'invalid_id', field: 'id' });
});
