import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, test } from 'vitest';
import { JwtIssuer } from '../../../src/adapters/jwt/jwt-issuer.ts';
import type { ApiKeyId } from '../../../src/domain/user/api-key.ts';
import type { TokenGrant } from '../../../src/ports/tokens/token-issuer.ts';
import { aGrant, instanceIdOf, userIdOf } from '../../support/builders.ts';
import { check, NOW, OWN_KEY_KINDS, pairs } from './signed-tokens.ts';

const DAY = 86_400;
const at = (seconds: number) => new Date(seconds * 1000);
const grant = (fields: Partial<TokenGrant> = {}) => aGrant({ createdAt: at(NOW), ...fields });
const issue = (fields: Partial<TokenGrant> = {}, includesKeyId = false) =>
  new JwtIssuer({ key: pairs.EdDSA, includesKeyId }).issue(grant(fields));

const UUID_USER = userIdOf('0198a1b2-0000-7000-8000-00000000abcd');
const EIGHT_CHARACTER_USER = userIdOf('x'.repeat(8));

describe.each(OWN_KEY_KINDS)('a token issued with a key for %s', (kind) => {
  const key = pairs[kind];

  test.each([false, true])('is accepted and carries the grant (names its key: %s)', async (includesKeyId) => {
    const fields = { userId: userIdOf('zoë'), agentInstanceId: instanceIdOf(1), expiresAt: at(NOW + 60) };
    const token = await new JwtIssuer({ key, includesKeyId }).issue(grant(fields));
    expect(await check(token, ...Object.values(pairs))).toEqual({
      caller: { ...fields, scopes: ['agent'], email: null, displayName: null },
      tokenId: 'aaaaaaaaaaaaaaaa',
      issuedAt: 1_800_000_000_000,
      mustBeRecorded: kind === 'short RS256',
      algorithm: kind.replace('short ', ''),
    });
  });

  test(`${kind === 'short RS256' ? 'cannot have' : 'has'} the dashboard scope when it is granted`, async () => {
    const issued = new JwtIssuer({ key }).issue(grant({ scope: 'dashboard' }));
    if (kind === 'short RS256') {
      await expect(issued).rejects.toMatchObject({ name: 'PortError', code: 'issuing_disabled' });
    } else {
      expect((await check(await issued, key)).caller.scopes).toEqual(['dashboard']);
    }
  });

  test(`is ${kind === 'ES256' ? 'different each time' : 'the same each time'} for the same grant`, async () => {
    const fields = { agentInstanceId: instanceIdOf(1), expiresAt: at(NOW + 60) };
    const tokens = [
      await new JwtIssuer({ key, includesKeyId: true }).issue(grant(fields)),
      await new JwtIssuer({ key, includesKeyId: true }).issue(grant(fields)),
    ];
    expect(new Set(tokens).size).toBe(kind === 'ES256' ? 2 : 1);
    // Stored times may have milliseconds. Times in a token are whole seconds.
    const stored = { ...grant(fields), createdAt: at(NOW + 0.999), expiresAt: at(NOW + 60.999) };
    if (kind !== 'ES256')
      expect(await new JwtIssuer({ key, includesKeyId: true }).issue(stored)).toBe(tokens[0]);
  });
});

describe('an issued token', () => {
  test('leaves out every claim that has its default value', async () => {
    const token = await issue();
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA' });
    expect(decodeJwt(token)).toEqual({ sub: 'ada', iat: NOW, jti: 'aaaaaaaaaaaaaaaa' });
  });

  test('has a claim for every value that is not the default', async () => {
    const fields = { expiresAt: at(NOW + 60), scope: 'dashboard', agentInstanceId: instanceIdOf(1) } as const;
    const token = await issue(fields, true);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA', kid: pairs.EdDSA.keyId });
    expect(decodeJwt(token)).toEqual({
      sub: 'ada',
      iat: NOW,
      jti: 'aaaaaaaaaaaaaaaa',
      exp: NOW + 60,
      scope: 'dashboard',
      agent_instance_id: instanceIdOf(1),
    });
  });

  test('differs when the grants differ', async () => {
    const grants = [
      {},
      { id: 'b' as ApiKeyId },
      { userId: EIGHT_CHARACTER_USER },
      { createdAt: at(NOW + 1) },
    ];
    expect(new Set(await Promise.all(grants.map((fields) => issue(fields)))).size).toBe(grants.length);
  });

  test.each<[string, number, Partial<TokenGrant>, boolean?]>([
    ['an 8-character user', 188, { userId: EIGHT_CHARACTER_USER }],
    ['an 8-character user, 90 days', 211, { userId: EIGHT_CHARACTER_USER, expiresAt: at(NOW + 90 * DAY) }],
    ['a UUID user', 226, { userId: UUID_USER }],
    ['a UUID user, 90 days', 248, { userId: UUID_USER, expiresAt: at(NOW + 90 * DAY) }],
    ['an 8-character user, dashboard scope', 215, { userId: EIGHT_CHARACTER_USER, scope: 'dashboard' }],
    [
      'an 8-character user, bound to one instance',
      267,
      { userId: EIGHT_CHARACTER_USER, agentInstanceId: instanceIdOf(1) },
    ],
    ['an 8-character user, naming one of several keys', 211, { userId: EIGHT_CHARACTER_USER }, true],
  ])('for %s has %d characters', async (_case, length, fields, includesKeyId) => {
    expect((await issue(fields, includesKeyId)).length).toBe(length);
  });

  test('signed with 512-bit RSA is as long as one signed with Ed25519', async () => {
    const short = await new JwtIssuer({ key: pairs['short RS256'] }).issue(grant());
    expect(short.length).toBe((await issue()).length);
  });
});

test.each(['', 'x'.repeat(256), 'a\0b', '\ud800'])('no token is issued for the user %j', async (user) => {
  for (const kind of OWN_KEY_KINDS) {
    const issued = new JwtIssuer({ key: pairs[kind] }).issue(grant({ userId: userIdOf(user) }));
    await expect(issued).rejects.toThrow('the user must be a text of 1 to 255 characters');
  }
});
