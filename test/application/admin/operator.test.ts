import { describe, expect, test } from 'vitest';
import { inMemoryStore } from '../../../src/adapters/in-memory/store.ts';
import { JwtIssuer } from '../../../src/adapters/jwt/jwt-issuer.ts';
import { JwtVerifier } from '../../../src/adapters/jwt/jwt-verifier.ts';
import type { KeyPair } from '../../../src/adapters/jwt/keys/keys.ts';
import { TokenRecorder } from '../../../src/adapters/jwt/token-recorder.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { createOperator, stableToken } from '../../../src/application/admin/operator.ts';
import { storageUnavailable } from '../../../src/ports/errors.ts';
import {
  check,
  freshKeyPair,
  NOW,
  OWN_KEY_KINDS,
  pairs,
  SettableClock,
  signedToken,
} from '../../adapters/jwt/signed-tokens.ts';
import { instanceIdOf, newKeyId, userIdOf } from '../../support/builders.ts';

const ada = userIdOf('ada');
const UNLIMITED = { agentInstanceId: null, expiresInSeconds: null } as const;

/** An operator on a server with these signing keys. It signs with the first one. */
function operating(keys: readonly KeyPair[], store = inMemoryStore(new InProcessSignals())) {
  const clock = new SettableClock();
  const recorder = new TokenRecorder({ keys, clock });
  const issuer = new JwtIssuer({ key: keys[0]!, includesKeyId: keys.length > 1 });
  const recordOf = (token: string) => recorder.recordOf(token);
  const ports = { store, clock, issuer, recordOf };
  /** Verifies a token in a new process, without a cache. */
  const isValid = async (token: string) => {
    const verifier = new JwtVerifier({ keys, store, clock });
    try {
      await verifier.verify(token);
      return true;
    } catch {
      return false;
    } finally {
      await verifier.close();
    }
  };
  return { ...ports, ...store, operator: createOperator(ports), isValid };
}

describe.each(OWN_KEY_KINDS)('a standing token, signed with %s', (kind) => {
  const asked = { userId: ada, name: 'at the start', scope: 'agent' } as const;

  test('is made again from its record, and is valid each time', async () => {
    const ports = operating([pairs[kind]]);
    const tokens = [await stableToken(ports, asked), await stableToken(ports, asked)];
    // An ES256 signature is different each time.
    if (kind !== 'ES256') expect(tokens[1]).toBe(tokens[0]);
    for (const token of tokens) expect(await ports.isValid(token)).toBe(true);
    expect(await ports.operator.list()).toHaveLength(1);
  });

  test('is a different token after it was revoked', async () => {
    const ports = operating([pairs[kind]]);
    const first = await stableToken(ports, asked);
    const [key] = await ports.operator.list();
    await ports.operator.revoke(key!.id);
    const second = await stableToken(ports, asked);
    expect(await Promise.all([first, second].map(ports.isValid))).toEqual([false, true]);
    expect(await stableToken(ports, asked).then(ports.isValid)).toBe(true);
    expect(await ports.operator.list()).toHaveLength(2);
  });

  test('is never made from a key that is limited or has another purpose', async () => {
    const ports = operating([pairs[kind]]);
    const others = [
      { agentInstanceId: instanceIdOf(1) },
      { expiresInSeconds: 60 },
      { name: 'another' },
      { userId: userIdOf('bob') },
    ];
    for (const other of others) await ports.operator.issue({ ...UNLIMITED, ...asked, ...other });
    const { caller } = await check(await stableToken(ports, asked), pairs[kind]);
    expect(caller).toMatchObject({ userId: ada, agentInstanceId: null, expiresAt: null });
    expect(await ports.operator.list()).toHaveLength(others.length + 1);
  });

  test('stays valid beside the new one after the signing keys were replaced', async () => {
    const before = operating([pairs[kind]]);
    const old = await stableToken(before, asked);
    const after = operating([freshKeyPair(kind), pairs[kind]], before.store);
    const token = await stableToken(after, asked);
    expect(token).not.toBe(old);
    expect(await Promise.all([old, token].map(after.isValid))).toEqual([true, true]);
    const records = (await after.operator.list()).length;
    await stableToken(after, asked);
    expect(await after.operator.list()).toHaveLength(records);
  });
});

test('a standing token signed with a short RSA key cannot have the dashboard scope', async () => {
  const ports = operating([pairs['short RS256']]);
  const asked = { userId: ada, name: 'at the start', scope: 'dashboard' } as const;
  await expect(stableToken(ports, asked)).rejects.toMatchObject({ code: 'issuing_disabled' });
  expect(await ports.operator.list()).toEqual([]);
});

describe('importing', () => {
  const fresh = (claims: object = {}) => signedToken({ sub: 'ada', iat: NOW, jti: newKeyId(), ...claims });

  test('records a token under its id, or under an id derived from the token', async () => {
    const { operator, isValid } = operating([pairs.EdDSA]);
    const jti = newKeyId();
    const tokens = [
      fresh({ jti, scope: 'dashboard' }),
      fresh({ jti: 'an id of other making' }),
      fresh({ jti: undefined }),
    ];
    const imported = await operator.import(tokens);
    expect(imported).toMatchObject([
      { outcome: 'recorded', key: { id: jti, user_id: 'ada', scope: 'dashboard', name: 'imported' } },
      { outcome: 'recorded', key: { id: expect.stringMatching(/^\w[\w-]{15}$/), scope: 'agent' } },
      { outcome: 'recorded', key: { id: expect.stringMatching(/^\w[\w-]{15}$/), scope: 'agent' } },
    ]);
    for (const { id } of await operator.list()) await operator.revoke(id);
    for (const token of tokens) expect(await isValid(token)).toBe(false);
  });

  test('twice changes nothing: a revoked token stays revoked', async () => {
    const { operator, isValid } = operating([pairs.EdDSA]);
    const token = fresh();
    const [first] = await operator.import([token, token]);
    const id = first!.outcome === 'refused' ? '' : first!.key.id;
    await operator.revoke(id);
    expect(await operator.import([token])).toMatchObject([
      { outcome: 'known', key: { id, revoked_at: expect.any(String) } },
    ]);
    expect(await isValid(token)).toBe(false);
    expect(await operator.list()).toHaveLength(1);
  });

  test('is refused for a token of a user who was deleted after its issue, also while the deletion runs', async () => {
    const { operator, removal, clock } = operating([pairs.EdDSA]);
    const refused = [{ outcome: 'refused', reason: 'its user was deleted' }];
    await removal.beginUserDeletion(ada, clock.now());
    expect(await operator.import([fresh()])).toEqual(refused);
    // An error with a code: it says what the operator did, and is no failure of the server.
    const request = { ...UNLIMITED, userId: ada, name: 'too early', scope: 'agent' } as const;
    await expect(operator.issue(request)).rejects.toMatchObject({ code: 'issuing_disabled' });
    await removal.finishUserDeletion(ada, new Date(NOW * 1000 + 1000));
    expect(await operator.import([fresh()])).toEqual(refused);
    expect(await operator.import([fresh({ iat: NOW + 1 })])).toMatchObject([{ outcome: 'recorded' }]);
  });

  test.each([
    ['that is not a token', () => 'nonsense', 'not three parts'],
    [
      'signed with another key',
      () => signedToken({ sub: 'ada' }, {}, freshKeyPair('EdDSA')),
      'no key of this server has signed it',
    ],
    ['that has expired', () => fresh({ exp: NOW - 60 }), 'expired'],
    [
      'without a scope of this server',
      () => fresh({ scope: 'openid' }),
      'it has no scope that this server knows',
    ],
    [
      'without a user',
      () => fresh({ sub: '' }),
      'the user must be a text of 1 to 255 characters, without control characters',
    ],
  ])('refuses a token %s, and imports the others', async (_which, token, reason) => {
    const { operator } = operating([pairs.EdDSA]);
    expect(await operator.import([token(), fresh()])).toMatchObject([
      { outcome: 'refused', reason },
      { outcome: 'recorded' },
    ]);
    expect(await operator.list()).toHaveLength(1);
  });

  test('refuses an ES256 token without an id, because it has a second valid form that could not be revoked', async () => {
    const { operator } = operating([pairs.ES256]);
    const tokens = [{ sub: 'ada' }, { sub: 'ada', jti: 'of another form' }, { sub: 'ada', jti: newKeyId() }];
    const imported = await operator.import(tokens.map((claims) => signedToken(claims, {}, pairs.ES256)));
    expect(imported.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'recorded']);
  });

  test('makes a token with a short key valid, and no other token with the same id', async () => {
    const { operator, isValid } = operating([pairs['short RS256']]);
    const jti = newKeyId();
    const token = signedToken({ sub: 'ada', jti }, {}, pairs['short RS256']);
    const forged = signedToken({ sub: 'ada', jti, iat: NOW }, {}, pairs['short RS256']);
    expect(await isValid(token)).toBe(false);
    expect(await operator.import([token, forged])).toMatchObject([
      { outcome: 'recorded' },
      { outcome: 'refused', reason: `another token with the id ${jti} is recorded` },
    ]);
    expect(await Promise.all([token, forged].map(isValid))).toEqual([true, false]);
  });

  test('fails as a whole if the store fails, because no token is at fault', async () => {
    const { operator, apiKeys } = operating([pairs.EdDSA]);
    apiKeys.update = () => Promise.reject(storageUnavailable());
    await expect(operator.import([fresh()])).rejects.toMatchObject({ code: 'storage_unavailable' });
  });
});

describe('revoking', () => {
  test('returns every key with that id, of any user; an unknown id is no error', async () => {
    const { operator } = operating([pairs.EdDSA]);
    const jti = newKeyId();
    await operator.import(['ada', 'bob'].map((sub) => signedToken({ sub, jti })));
    expect(await operator.revoke(jti)).toMatchObject([
      { user_id: 'ada', revoked_at: expect.any(String) },
      { user_id: 'bob', revoked_at: expect.any(String) },
    ]);
    expect(await operator.revoke(newKeyId())).toEqual([]);
    await expect(operator.revoke('x')).rejects.toMatchObject({ code: 'invalid_id' });
  });

  test('twice returns the time of the first revocation', async () => {
    const { operator, clock } = operating([pairs.EdDSA]);
    await operator.issue({ ...UNLIMITED, userId: ada, name: 'laptop', scope: 'agent' });
    const [key] = await operator.list();
    const first = await operator.revoke(key!.id);
    clock.seconds += 60;
    expect(await operator.revoke(key!.id)).toEqual(first);
  });
});

test('the id of a new key never looks like a command line option', async () => {
  const { operator } = operating([pairs.EdDSA]);
  for (let nth = 0; nth < 500; nth += 1) {
    await operator.issue({ ...UNLIMITED, userId: ada, name: `${nth}`, scope: 'agent' });
  }
  const ids = (await operator.list()).map(({ id }) => id);
  expect(ids.filter((id) => id.startsWith('-'))).toEqual([]);
});
