import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IdentityProvider } from '../../../../src/adapters/jwt/identity-provider.ts';
import { JwtVerifier, type JwtVerifierOptions } from '../../../../src/adapters/jwt/jwt-verifier.ts';
import type { KeyPair } from '../../../../src/adapters/jwt/keys/keys.ts';
import { systemClock } from '../../../../src/adapters/runtime/system.ts';
import { InProcessSignals } from '../../../../src/adapters/signals/in-process-signals.ts';
import type { ApiKey, ApiKeyId } from '../../../../src/domain/user/api-key.ts';
import { storageUnavailable } from '../../../../src/ports/errors.ts';
import type { Caller } from '../../../../src/ports/tokens/token-verifier.ts';
import { anApiKey, newKeyId, userIdOf } from '../../../support/builders.ts';
import { TestIdentityProvider } from '../../../support/servers/identity-provider.ts';
import { RecordedLog } from '../../signals/recorded-log.ts';
import { freshKeyPair, NOW, pairs, REFUSED, refusalOf, signedToken } from '../signed-tokens.ts';
import { WatchedKeys } from './watched-keys.ts';

const UNAVAILABLE = /^PortError storage_unavailable/;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const ME = userIdOf('me');

let apiKeys: WatchedKeys;
let log: RecordedLog;
let opened: JwtVerifier[];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW * SECOND });
  apiKeys = new WatchedKeys();
  log = new RecordedLog();
  opened = [];
});
afterEach(async () => {
  apiKeys.isUnavailable = false;
  await Promise.all(opened.map((verifier) => verifier.close()));
  vi.useRealTimers();
});

/** Starts the verifier of one server process. */
function aProcess(fields: Partial<JwtVerifierOptions> = {}, signals = apiKeys.signals): JwtVerifier {
  const store = { apiKeys, removal: null, signals };
  const keys = Object.values(pairs);
  const verifier = new JwtVerifier({ keys, store, clock: systemClock, logger: log, ...fields });
  opened.push(verifier);
  return verifier;
}
/** Starts the verifier of a process that receives no signals: every notification is lost. */
const aProcessWithoutSignals = (fields: Partial<JwtVerifierOptions> = {}) =>
  aProcess(fields, new InProcessSignals());

const advance = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

interface Issued {
  readonly token: string;
  readonly key: ApiKey;
}

async function issue(fields: object = {}, pair: KeyPair = pairs.EdDSA): Promise<Issued> {
  const id = newKeyId();
  const token = signedToken({ sub: ME, jti: id, ...fields }, {}, pair);
  const key = anApiKey({ id, tokenHash: hash('sha256', token, 'base64url') });
  await apiKeys.store(ME, key);
  return { token, key };
}

const refusal = (verifier: JwtVerifier, token: string) => refusalOf(() => verifier.verify(token));

/** Subscribes to the end of the token, as a waiting request does. `release` ends the subscription. */
function hold({ life }: Caller): { readonly ended: boolean; release(): void } {
  let ended = false;
  const subscription = life!.onEnd(() => {
    ended = true;
  });
  return {
    get ended() {
      return ended;
    },
    release: () => subscription.close(),
  };
}

describe('a revoked key', () => {
  test('is refused at once in the process that revoked it, and its waiting requests end', async () => {
    const verifier = aProcess();
    const [mine, other] = [await issue(), await issue()];
    const held = hold(await verifier.verify(mine.token));
    const caller = await verifier.verify(other.token);
    await apiKeys.revoke(ME, mine.key);
    expect(held.ended).toBe(true);
    expect(await refusal(verifier, mine.token)).toBe(REFUSED);
    expect(verifier.verify(other.token)).toBe(caller);
    expect(apiKeys.readTimes).toEqual([]);
  });

  test('is found by the next check of the database when the signal was lost', async () => {
    const verifier = aProcessWithoutSignals();
    const [mine, other] = [await issue(), await issue()];
    const held = hold(await verifier.verify(mine.token));
    const caller = await verifier.verify(other.token);
    await apiKeys.revoke(ME, mine.key);
    await advance(3_999);
    expect(held.ended).toBe(false);
    await advance(1);
    expect(held.ended).toBe(true);
    expect(await refusal(verifier, mine.token)).toBe(REFUSED);
    expect(verifier.verify(other.token)).toBe(caller);
  });

  test('is found even when the clock of the revoking machine is 9 minutes slow', async () => {
    const verifier = aProcessWithoutSignals();
    const { token, key } = await issue();
    const held = hold(await verifier.verify(token));
    await advance(20 * SECOND);
    await apiKeys.store(ME, { ...key, revokedAt: new Date(Date.now() - 9 * MINUTE) });
    await advance(4 * SECOND);
    expect(held.ended).toBe(true);
  });

  test('does not end another user’s token with the same key id', async () => {
    const verifier = aProcess();
    const { token, key } = await issue();
    const caller = await verifier.verify(token);
    await apiKeys.store(userIdOf('eve'), { ...key, revokedAt: new Date() });
    await advance(4 * SECOND);
    expect(verifier.verify(token)).toBe(caller);
  });

  test.each([
    ['through a signal', aProcess],
    ['in the database', aProcessWithoutSignals],
  ])(
    'is refused when its revocation is found %s during a slow read of its older record',
    async (_how, start) => {
      const verifier = start();
      // A verified token starts the regular checks for revoked keys.
      await verifier.verify((await issue()).token);
      const { token, key } = await issue();
      const slow = apiKeys.slowDown();
      const first = refusal(verifier, token);
      await slow.hasRead;
      apiKeys.speedUp();
      await apiKeys.revoke(ME, key);
      await advance(4 * SECOND);
      slow.handOut();
      expect(await first).toBe(REFUSED);
      expect(await refusal(verifier, token)).toBe(REFUSED);
    },
  );

  test('is refused 5 s after a slow read found it valid, even if other reads were faster', async () => {
    const verifier = aProcessWithoutSignals();
    const { token, key } = await issue();
    const slow = apiKeys.slowDown();
    const first = verifier.verify(token);
    await slow.hasRead;
    apiKeys.speedUp();
    await apiKeys.revoke(ME, key);
    await advance(3 * SECOND);
    await verifier.verify((await issue()).token);
    slow.handOut();
    await first;
    await advance(2 * SECOND + 1);
    expect(await refusal(verifier, token)).toBe(REFUSED);
  });

  test('is refused with either form of its ES256 signature', async () => {
    const verifier = aProcess();
    const { token, key } = await issue({}, pairs.ES256);
    const otherForm = otherSignatureForm(token);
    expect(otherForm).not.toBe(token);
    for (const form of [token, otherForm]) await verifier.verify(form);
    await apiKeys.revoke(ME, key);
    for (const form of [token, otherForm]) {
      expect(await refusal(verifier, form)).toBe(REFUSED);
      expect(await refusal(aProcess(), form)).toBe(REFUSED);
    }
  });

  test('is found by the hash of its token when the token has no id', async () => {
    const verifier = aProcess();
    const token = signedToken({ sub: ME });
    const tokenHash = hash('sha256', token, 'base64url');
    const caller = await verifier.verify(token);
    const key = anApiKey({ id: tokenHash.slice(0, 16) as ApiKeyId, tokenHash });
    await apiKeys.store(ME, key);
    expect(verifier.verify(token)).toBe(caller);
    await apiKeys.revoke(ME, key);
    expect(await refusal(verifier, token)).toBe(REFUSED);
    expect(await refusal(aProcess(), token)).toBe(REFUSED);
  });
});

/** Returns the token with s of its ES256 signature replaced by n - s. The same key accepts both forms. */
function otherSignatureForm(token: string): string {
  const end = token.lastIndexOf('.') + 1;
  const signature = Buffer.from(token.slice(end), 'base64url');
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = order - BigInt(`0x${signature.toString('hex', 32)}`);
  const both = signature.toString('hex', 0, 32) + s.toString(16).padStart(64, '0');
  return token.slice(0, end) + Buffer.from(both, 'hex').toString('base64url');
}

describe('checks for revoked keys', () => {
  const gaps = () => apiKeys.readTimes.slice(1).map((at, nth) => at - apiKeys.readTimes[nth]!);

  test('run every 4 s, however many requests there are', async () => {
    const verifier = aProcess();
    const tokens = await Promise.all(Array.from({ length: 50 }, async () => (await issue()).token));
    for (let tenth = 0; tenth < 600; tenth += 1) {
      await verifier.verify(tokens[tenth % tokens.length]!);
      await advance(100);
    }
    expect(apiKeys.readTimes).toHaveLength(15);
    expect(new Set(gaps())).toEqual(new Set([4_000]));
  });

  test('are retried 0.5 s after a failure, and cover the time since the last success', async () => {
    const verifier = aProcess();
    await verifier.verify((await issue()).token);
    await advance(4 * SECOND);
    apiKeys.isUnavailable = true;
    await advance(6 * SECOND);
    apiKeys.isUnavailable = false;
    await advance(8 * SECOND);
    expect(gaps()).toEqual([4_000, 500, 500, 500, 500, 500, 4_000]);
    const lastGood = NOW * SECOND + 4 * SECOND;
    for (const since of apiKeys.since.slice(1, -1)) expect(since.getTime()).toBeLessThan(lastGood);
  });

  test('find keys revoked during a database outage, however long it was', async () => {
    const verifier = aProcessWithoutSignals();
    const { token, key } = await issue();
    const held = hold(await verifier.verify(token));
    apiKeys.isUnavailable = true;
    await apiKeys.revoke(ME, key);
    await advance(60 * MINUTE);
    expect(held.ended).toBe(false);
    apiKeys.isUnavailable = false;
    await advance(500);
    expect(held.ended).toBe(true);
  });

  test('run one at a time, even when the database hangs and many requests arrive', async () => {
    const verifier = aProcess();
    const { token } = await issue();
    await verifier.verify(token);
    const slow = apiKeys.slowDown();
    await advance(6 * SECOND);
    const asked = Array.from({ length: 100 }, () => refusal(verifier, token));
    await advance(20 * SECOND);
    for (const answer of await Promise.all(asked)) expect(answer).toMatch(UNAVAILABLE);
    expect(apiKeys.readTimes).toHaveLength(1);
    apiKeys.speedUp();
    slow.handOut();
    await advance(0);
    await expect(Promise.resolve(verifier.verify(token))).resolves.toBeDefined();
  });

  test('stop when no token was used for 5 minutes, and start again with the next request', async () => {
    // The cache treats a start time of 0 as "never expires".
    await advance(1);
    const verifier = aProcess();
    const { token } = await issue();
    await verifier.verify(token);
    await advance(6 * MINUTE);
    const before = apiKeys.readTimes.length;
    expect(before).toBeLessThanOrEqual(76);
    await advance(60 * MINUTE);
    expect(apiKeys.readTimes).toHaveLength(before);
    const caller = await verifier.verify(token);
    expect(verifier.verify(token)).toBe(caller);
    await advance(4 * SECOND);
    expect(apiKeys.readTimes).toHaveLength(before + 1);
  });

  test('continue for hours for a waiting request, even after its token left the cache', async () => {
    const verifier = aProcessWithoutSignals({ maxKnownTokens: 3 });
    const { token, key } = await issue();
    const held = hold(await verifier.verify(token));
    for (let nth = 0; nth < 5; nth += 1) await verifier.verify((await issue()).token);
    await advance(120 * MINUTE);
    await apiKeys.revoke(ME, key);
    await advance(4 * SECOND);
    expect(held.ended).toBe(true);
  });

  test('end when the verifier closes, and a later request does not start them again', async () => {
    const verifier = aProcess();
    const [one, two] = [await issue(), await issue()];
    await verifier.verify(one.token);
    await advance(4 * SECOND);
    await verifier.close();
    const writes = apiKeys.recordedUses.length;
    await verifier.verify(two.token);
    await advance(70 * SECOND);
    await refusal(verifier, two.token);
    expect([apiKeys.readTimes.length, apiKeys.recordedUses.length]).toEqual([1, writes]);
  });
});

describe('while the check for revoked keys fails', () => {
  test('known tokens are accepted for 5 s, then unavailable until a check succeeds again', async () => {
    const verifier = aProcess();
    const { token } = await issue();
    const caller = await verifier.verify(token);
    apiKeys.isUnavailable = true;
    await advance(5 * SECOND);
    expect(verifier.verify(token)).toBe(caller);
    await advance(1);
    expect(await refusal(verifier, token)).toMatch(UNAVAILABLE);
    await advance(20 * SECOND);
    expect(await refusal(verifier, token)).toMatch(UNAVAILABLE);
    apiKeys.isUnavailable = false;
    await advance(500);
    expect(verifier.verify(token)).toBe(caller);
  });

  test.each([
    ['as it is known', storageUnavailable(new Error('away'))],
    ['as nobody has foreseen', new TypeError('unreachable')],
  ])('a new token is not refused but fails as unavailable: the database fails %s', async (_name, failure) => {
    const verifier = aProcess();
    const { token } = await issue();
    apiKeys.failure = failure;
    apiKeys.isUnavailable = true;
    expect(await refusal(verifier, token)).toMatch(UNAVAILABLE);
    apiKeys.isUnavailable = false;
    expect(await verifier.verify(token)).toMatchObject({ userId: ME });
  });

  test('tokens of the identity provider are still accepted', async () => {
    await using provider = await TestIdentityProvider.start({ keys: [pairs.RS256] });
    const identityProvider = new IdentityProvider({
      jwksUrl: provider.jwksUrl,
      issuer: provider.issuer,
      audience: null,
    });
    const verifier = aProcess({ keys: [pairs.EdDSA], identityProvider });
    const claims = { iss: provider.issuer, sub: 'ada', exp: NOW + 3_600 };
    const person = signedToken(claims, { kid: pairs.RS256.keyId }, pairs.RS256);
    const caller = await verifier.verify(person);
    await advance(20 * SECOND);
    expect(apiKeys.readTimes).toEqual([]);
    const { token } = await issue();
    const agent = await verifier.verify(token);
    apiKeys.isUnavailable = true;
    // The record was read a moment ago and counts, although the last check for revoked keys is old.
    expect(verifier.verify(token)).toBe(agent);
    await advance(10 * SECOND);
    expect(await refusal(verifier, token)).toMatch(UNAVAILABLE);
    expect(verifier.verify(person)).toBe(caller);
  });

  test('a waiting request ends when its token expires, even if the database hangs', async () => {
    const verifier = aProcess();
    const { token } = await issue({ exp: NOW + 10 });
    const held = hold(await verifier.verify(token));
    apiKeys.slowDown();
    await advance(39 * SECOND);
    expect(held.ended).toBe(false);
    await advance(4 * SECOND);
    expect(held.ended).toBe(true);
  });

  test('a process that was suspended checks again before it answers, and refuses no valid token', async () => {
    const verifier = aProcess();
    const { token, key } = await issue();
    const caller = await verifier.verify(token);
    const suspendedAt = performance.now();
    // The clock advances, but no timer fires.
    vi.spyOn(performance, 'now').mockImplementation(() => suspendedAt + 30 * SECOND);
    expect(await verifier.verify(token)).toBe(caller);
    expect(apiKeys.readTimes).toHaveLength(1);
    vi.mocked(performance.now).mockImplementation(() => suspendedAt + 60 * SECOND);
    await apiKeys.store(ME, { ...key, revokedAt: new Date() });
    expect(await refusal(verifier, token)).toBe(REFUSED);
    vi.mocked(performance.now).mockRestore();
  });
});

describe('a token that expires', () => {
  test('ends its waiting requests at the next check, and not before it expires', async () => {
    const verifier = aProcess();
    const { token } = await issue({ exp: NOW + 61 });
    const held = hold(await verifier.verify(token));
    await advance(90_999);
    expect(held.ended).toBe(false);
    await advance(4_001);
    expect(held.ended).toBe(true);
    expect(await refusal(verifier, token)).toBe(REFUSED);
  });

  test('does not notify a closed subscription, and notifies a late one at once', async () => {
    const verifier = aProcess();
    const { token } = await issue({ exp: NOW + 61 });
    const caller = await verifier.verify(token);
    const [closed, open] = [hold(caller), hold(caller)];
    closed.release();
    await advance(100 * SECOND);
    expect([closed.ended, open.ended, hold(caller).ended]).toEqual([false, true, true]);
  });
});

describe('the time a key was last used', () => {
  const lastUsed = async ({ key: { id } }: Issued) =>
    (await apiKeys.list(ME)).find((key) => key.id === id)?.lastUsedAt?.getTime() ?? null;

  test('is stored by at most one write a minute for all keys, and by none while no key is used', async () => {
    const verifier = aProcess();
    const issued = [await issue(), await issue()];
    for (let second = 0; second < 180; second += 1) {
      for (const { token } of issued) await verifier.verify(token);
      await advance(SECOND);
    }
    expect(apiKeys.recordedUses.length).toBeLessThanOrEqual(4);
    expect(apiKeys.recordedUses.length).toBeGreaterThanOrEqual(3);
    for (const each of issued) expect(await lastUsed(each)).toBeGreaterThan((NOW + 110) * SECOND);
    await advance(61 * SECOND);
    const before = apiKeys.recordedUses.length;
    await advance(3 * MINUTE);
    expect(apiKeys.recordedUses).toHaveLength(before);
  });

  test('is stored when the process stops', async () => {
    const verifier = aProcess();
    const issued = await issue();
    await verifier.verify(issued.token);
    await verifier.close();
    expect(await lastUsed(issued)).toBe(NOW * SECOND);
  });

  test('is stored later when the database was down', async () => {
    const verifier = aProcess();
    const issued = await issue();
    await verifier.verify(issued.token);
    apiKeys.isUnavailable = true;
    await advance(30 * SECOND);
    expect(apiKeys.recordedUses).toHaveLength(1);
    apiKeys.isUnavailable = false;
    await advance(60 * SECOND);
    expect(await lastUsed(issued)).toBe(NOW * SECOND);
  });
});

describe('a token signed with a short RSA key', () => {
  const short = pairs['short RS256'];

  test('is valid only with a stored, unrevoked record of exactly that token', async () => {
    const { token, key } = await issue({}, short);
    await expect(aProcess().verify(token)).resolves.toMatchObject({ userId: 'me', scopes: ['agent'] });
    const forged = [
      ['never issued', { sub: ME, jti: newKeyId() }],
      ['without an id', { sub: ME }],
      ['with the id of another token', { sub: ME, jti: key.id, iat: NOW }],
      ['with the id of another user’s token', { sub: 'eve', jti: key.id }],
    ] as const;
    for (const [kind, claims] of forged)
      expect(await refusal(aProcess(), signedToken(claims, {}, short)), kind).toBe(REFUSED);
    await apiKeys.revoke(ME, key);
    expect(await refusal(aProcess(), token)).toBe(REFUSED);
  });

  test('is refused by a server without a store', async () => {
    const { token } = await issue({}, short);
    expect(await refusal(aProcess({ store: null }), token)).toBe(REFUSED);
  });
});

describe('a server with its own keys and an identity provider', () => {
  const claims = (fields: object = {}) => ({ sub: 'ada', exp: NOW + 3_600, ...fields });
  let provider: TestIdentityProvider;
  beforeEach(async () => {
    provider = await TestIdentityProvider.start({ keys: [pairs.RS256] });
  });
  afterEach(() => provider[Symbol.asyncDispose]());

  const both = (issuer: string | null = null) =>
    aProcess({
      keys: [pairs.EdDSA],
      identityProvider: new IdentityProvider({ jwksUrl: provider.jwksUrl, issuer, audience: null }),
    });

  test('verifies own tokens with its own keys and the others with the provider’s', async () => {
    const verifier = both();
    await expect(verifier.verify(signedToken(claims()))).resolves.toMatchObject({ scopes: ['agent'] });
    expect(provider.requests).toEqual([]);
    const person = signedToken(claims(), { kid: pairs.RS256.keyId }, pairs.RS256);
    await expect(verifier.verify(person)).resolves.toMatchObject({ scopes: ['dashboard'] });
  });

  test.each([
    [
      'that names an own key but was altered',
      () => altered(signedToken(claims(), { kid: pairs.EdDSA.keyId })),
      null,
    ],
    [
      'that names an own key but was signed by another',
      () => signedToken(claims(), { kid: pairs.EdDSA.keyId }, stranger),
      null,
    ],
    ['signed by an own key, with claims that no own token has', () => signedToken(claims({ jti: 7 })), null],
    ['that was altered and names another issuer', () => altered(signedToken(claims())), 'https://id.example'],
  ])('does not ask the provider about a token %s', async (_case, token, issuer) => {
    provider.breakDown((res) => res.destroy());
    expect(await refusal(both(issuer), token())).toBe(REFUSED);
    expect(provider.requests).toEqual([]);
  });

  test('verifies a token of the provider again after 10 minutes', async () => {
    const verifier = both();
    const person = signedToken(claims(), { kid: pairs.RS256.keyId }, pairs.RS256);
    await verifier.verify(person);
    provider.exchangeKeys([freshKeyPair('RS256')]);
    for (let minute = 0; minute < 9; minute += 1) {
      await advance(MINUTE);
      expect(verifier.verify(person)).not.toBeInstanceOf(Promise);
    }
    await advance(61 * SECOND);
    expect(await refusal(verifier, person)).toBe(REFUSED);
  });
});

const stranger = freshKeyPair('EdDSA');

/** Returns the token with another subject and the old signature. */
function altered(token: string): string {
  const [header, claims, signature] = token.split('.');
  const changed = { ...JSON.parse(Buffer.from(claims!, 'base64url').toString()), sub: 'eve' };
  return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
}
