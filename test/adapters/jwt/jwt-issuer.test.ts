import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { JwtIssuer } from '../../../src/adapters/jwt/jwt-issuer.ts';
import { JwtVerifier } from '../../../src/adapters/jwt/jwt-verifier.ts';
import { NOW, pairs, SettableClock } from './signed-tokens.ts';

const clock = new SettableClock();
const issuerOf = (key = pairs.EdDSA) => new JwtIssuer({ key, clock });
const agentKey = { userId: 'me', scopes: ['agent'], expiresInSeconds: null } as const;

it.each(['EdDSA', 'ES256', 'RS256'] as const)('what is issued with %s is accepted', async (algorithm) => {
  const key = pairs[algorithm];
  const verifier = new JwtVerifier({ key, clock });
  const grant = { userId: 'zoë', scopes: ['agent', 'dashboard'], expiresInSeconds: 3600 } as const;
  expect(await verifier.verify(await issuerOf(key).issue(grant))).toEqual({
    userId: 'zoë',
    scopes: ['agent', 'dashboard'],
    expiresAt: new Date((NOW + 3600) * 1000),
    email: null,
    displayName: null,
  });
  expect(await verifier.verify(await issuerOf(key).issue(agentKey))).toMatchObject({
    userId: 'me',
    scopes: ['agent'],
    expiresAt: null,
  });
});

describe('an issued token', () => {
  it('says no more than it has to', async () => {
    const token = await issuerOf().issue(agentKey);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA' });
    expect(decodeJwt(token)).toEqual({ sub: 'me', iat: NOW, jti: expect.stringMatching(/^[\w-]{16}$/) });
  });

  it('says its end and its scope where they are not what is assumed', async () => {
    const token = await issuerOf().issue({ userId: 'me', scopes: ['dashboard'], expiresInSeconds: 60 });
    expect(decodeJwt(token)).toMatchObject({ exp: NOW + 60, scope: 'dashboard' });
  });

  it('has an id of its own', async () => {
    const tokens = await Promise.all(Array.from({ length: 100 }, () => issuerOf().issue(agentKey)));
    expect(new Set(tokens.map((token) => decodeJwt(token).jti)).size).toBe(100);
  });

  it('is at most 200 characters long for a short name', async () => {
    expect((await issuerOf().issue(agentKey)).length).toBeLessThanOrEqual(200);
  });
});

it.each(['', 'x'.repeat(256), 'a\0b', '\ud800'])('no token is issued for the user %j', async (userId) => {
  await expect(issuerOf().issue({ ...agentKey, userId })).rejects.toThrow(
    'the user must be a text of 1 to 255 characters',
  );
});
