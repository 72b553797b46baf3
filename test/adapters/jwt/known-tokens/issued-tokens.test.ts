import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IdentityProvider } from '../../../../src/adapters/jwt/identity-provider.ts';
import { JwtVerifier, type JwtVerifierOptions } from '../../../../src/adapters/jwt/jwt-verifier.ts';
import type { KeyPair } from '../../../../src/adapters/jwt/keys/keys.ts';
import { systemClock } from '../../../../src/adapters/runtime/system.ts';
import { InProcessSignals } from '../../../../src/adapters/signals/in-process-signals.ts';
import type { ApiKey, ApiKeyId } from '../../../../src/domain/user/api-key.ts';
import type { Caller } from '../../../../src/ports/tokens/token-verifier.ts';
import { aKeyId, anApiKey, userIdOf } from '../../../support/builders.ts';
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
  apiKeys.isAway = false;
  await Promise.all(opened.map((verifier) => verifier.close()));
  vi.useRealTimers();
});

/** One server process on the keys. */
function aProcess(fields: Partial<JwtVerifierOptions> = {}, signals = apiKeys.signals): JwtVerifier {
  const store = { apiKeys, removal: null, signals };
  const keys = Object.values(pairs);
  const verifier = new JwtVerifier({ keys, store, clock: systemClock, logger: log, ...fields });
  opened.push(verifier);
  return verifier;
}
/** A process that hears of nothing: its signals are lost. */
const aDeafProcess = (fields: Partial<JwtVerifierOptions> = {}) => aProcess(fields, new InProcessSignals());

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

interface Issued {
  readonly token: string;
  readonly key: ApiKey;
}

async function issue(fields: object = {}, pair: KeyPair = pairs.EdDSA): Promise<Issued> {
  const id = aKeyId();
  const token = signedToken({ sub: ME, jti: id, ...fields }, {}, pair);
  const key = anApiKey({ id, tokenHash: hash('sha256', token, 'base64url') });
  await apiKeys.store(ME, key);
  return { token, key };
}

const refused = (verifier: JwtVerifier, token: string) => refusalOf(() => verifier.verify(token));

/** Holds on to the token, as a wait does. */
function hold({ life }: Caller): { readonly ended: boolean; let(): void } {
  let ended = false;
  const subscription = life!.onEnd(() => {
    ended = true;
  });
  return {
    get ended() {
      return ended;
    },
    let: () => subscription.close(),
  };
}

describe('a revoked key', () => {
  test('is refused at once where it was revoked, and whoever holds on to it is told', async () => {
    const verifier = aProcess();
    const [mine, other] = [await issue(), await issue()];
    const held = hold(await verifier.verify(mine.token));
    const caller = await verifier.verify(other.token);
    await apiKeys.revoke(ME, mine.key);
    expect(held.ended).toBe(true);
    expect(await refused(verifier, mine.token)).toBe(REFUSED);
    expect(verifier.verify(other.token)).toBe(caller);
    expect(apiKeys.looks).toEqual([]);
  });

  test('is found by the next look where the signal was lost', async () => {
    const verifier = aDeafProcess();
    const [mine, other] = [await issue(), await issue()];
    const held = hold(await verifier.verify(mine.token));
    const caller = await verifier.verify(other.token);
    await apiKeys.revoke(ME, mine.key);
    await pass(3_999);
    expect(held.ended).toBe(false);
    await pass(1);
    expect(held.ended).toBe(true);
    expect(await refused(verifier, mine.token)).toBe(REFUSED);
    expect(verifier.verify(other.token)).toBe(caller);
  });

  test('is found although another machine’s clock is 9 minutes slow', async () => {
    const verifier = aDeafProcess();
    const { token, key } = await issue();
    const held = hold(await verifier.verify(token));
    await pass(20 * SECOND);
    await apiKeys.store(ME, { ...key, revokedAt: new Date(Date.now() - 9 * MINUTE) });
    await pass(4 * SECOND);
    expect(held.ended).toBe(true);
  });

  test('of another user does not end one of the same id', async () => {
    const verifier = aProcess();
    const { token, key } = await issue();
    const caller = await verifier.verify(token);
    await apiKeys.store(userIdOf('eve'), { ...key, revokedAt: new Date() });
    await pass(4 * SECOND);
    expect(verifier.verify(token)).toBe(caller);
  });

  test.each([
    ['heard of', aProcess],
    ['looked up', aDeafProcess],
  ])('is refused where it is %s while its record, read before, is still on its way', async (_how, start) => {
    const verifier = start();
    // So that there are looks.
    await verifier.verify((await issue()).token);
    const { token, key } = await issue();
    const slow = apiKeys.slowDown();
    const first = refused(verifier, token);
    await slow.hasRead;
    apiKeys.speedUp();
    await apiKeys.revoke(ME, key);
    await pass(4 * SECOND);
    slow.handOut();
    expect(await first).toBe(REFUSED);
    expect(await refused(verifier, token)).toBe(REFUSED);
  });

  test('is refused 5 s after a slow read said it was good, although quick reads came meanwhile', async () => {
    const verifier = aDeafProcess();
    const { token, key } = await issue();
    const slow = apiKeys.slowDown();
    const first = verifier.verify(token);
    await slow.hasRead;
    apiKeys.speedUp();
    await apiKeys.revoke(ME, key);
    await pass(3 * SECOND);
    await verifier.verify((await issue()).token);
    slow.handOut();
    await first;
    await pass(2 * SECOND + 1);
    expect(await refused(verifier, token)).toBe(REFUSED);
  });

  test('dies in both forms of an ES256 signature', async () => {
    const verifier = aProcess();
    const { token, key } = await issue({}, pairs.ES256);
    const other = secondForm(token);
    expect(other).not.toBe(token);
    for (const form of [token, other]) await verifier.verify(form);
    await apiKeys.revoke(ME, key);
    for (const form of [token, other]) {
      expect(await refused(verifier, form)).toBe(REFUSED);
      expect(await refused(aProcess(), form)).toBe(REFUSED);
    }
  });

  test('is known by its hash where the token has no id', async () => {
    const verifier = aProcess();
    const token = signedToken({ sub: ME });
    const tokenHash = hash('sha256', token, 'base64url');
    const caller = await verifier.verify(token);
    const key = anApiKey({ id: tokenHash.slice(0, 16) as ApiKeyId, tokenHash });
    await apiKeys.store(ME, key);
    expect(verifier.verify(token)).toBe(caller);
    await apiKeys.revoke(ME, key);
    expect(await refused(verifier, token)).toBe(REFUSED);
    expect(await refused(aProcess(), token)).toBe(REFUSED);
  });
});

/** The same signature with s replaced by n - s, which the same key accepts, too. */
function secondForm(token: string): string {
  const end = token.lastIndexOf('.') + 1;
  const signature = Buffer.from(token.slice(end), 'base64url');
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = order - BigInt(`0x${signature.toString('hex', 32)}`);
  const both = signature.toString('hex', 0, 32) + s.toString(16).padStart(64, '0');
  return token.slice(0, end) + Buffer.from(both, 'hex').toString('base64url');
}

describe('looks for revoked keys', () => {
  const gaps = () => apiKeys.looks.slice(1).map((at, nth) => at - apiKeys.looks[nth]!);

  test('come every 4 s, whatever the traffic', async () => {
    const verifier = aProcess();
    const tokens = await Promise.all(Array.from({ length: 50 }, async () => (await issue()).token));
    for (let tenth = 0; tenth < 600; tenth += 1) {
      await verifier.verify(tokens[tenth % tokens.length]!);
      await pass(100);
    }
    expect(apiKeys.looks).toHaveLength(15);
    expect(new Set(gaps())).toEqual(new Set([4_000]));
  });

  test('come 0.5 s after one that failed, and ask for all that was missed', async () => {
    const verifier = aProcess();
    await verifier.verify((await issue()).token);
    await pass(4 * SECOND);
    apiKeys.isAway = true;
    await pass(6 * SECOND);
    apiKeys.isAway = false;
    await pass(8 * SECOND);
    expect(gaps()).toEqual([4_000, 500, 500, 500, 500, 500, 4_000]);
    const lastGood = NOW * SECOND + 4 * SECOND;
    for (const since of apiKeys.since.slice(1, -1)) expect(since.getTime()).toBeLessThan(lastGood);
  });

  test('find what was revoked while the database was away, however long that was', async () => {
    const verifier = aDeafProcess();
    const { token, key } = await issue();
    const held = hold(await verifier.verify(token));
    apiKeys.isAway = true;
    await apiKeys.revoke(ME, key);
    await pass(60 * MINUTE);
    expect(held.ended).toBe(false);
    apiKeys.isAway = false;
    await pass(500);
    expect(held.ended).toBe(true);
  });

  test('come one at a time, although the database hangs and many ask', async () => {
    const verifier = aProcess();
    const { token } = await issue();
    await verifier.verify(token);
    const slow = apiKeys.slowDown();
    await pass(6 * SECOND);
    const asked = Array.from({ length: 100 }, () => refused(verifier, token));
    await pass(20 * SECOND);
    for (const answer of await Promise.all(asked)) expect(answer).toMatch(UNAVAILABLE);
    expect(apiKeys.looks).toHaveLength(1);
    apiKeys.speedUp();
    slow.handOut();
    await pass(0);
    await expect(Promise.resolve(verifier.verify(token))).resolves.toBeDefined();
  });

  test('stop when no token has been used for 5 minutes, and come again with the next', async () => {
    // What began at 0 never ends, says the cache.
    await pass(1);
    const verifier = aProcess();
    const { token } = await issue();
    await verifier.verify(token);
    await pass(6 * MINUTE);
    const before = apiKeys.looks.length;
    expect(before).toBeLessThanOrEqual(76);
    await pass(60 * MINUTE);
    expect(apiKeys.looks).toHaveLength(before);
    const caller = await verifier.verify(token);
    expect(verifier.verify(token)).toBe(caller);
    await pass(4 * SECOND);
    expect(apiKeys.looks).toHaveLength(before + 1);
  });

  test('go on for hours while somebody holds on to a token, however many others push it out', async () => {
    const verifier = aDeafProcess({ remembered: 3 });
    const { token, key } = await issue();
    const held = hold(await verifier.verify(token));
    for (let nth = 0; nth < 5; nth += 1) await verifier.verify((await issue()).token);
    await pass(120 * MINUTE);
    await apiKeys.revoke(ME, key);
    await pass(4 * SECOND);
    expect(held.ended).toBe(true);
  });

  test('end with the verifier, and no late request begins them again', async () => {
    const verifier = aProcess();
    const [one, two] = [await issue(), await issue()];
    await verifier.verify(one.token);
    await pass(4 * SECOND);
    await verifier.close();
    const noted = apiKeys.notes.length;
    await verifier.verify(two.token);
    await pass(70 * SECOND);
    await refused(verifier, two.token);
    expect([apiKeys.looks.length, apiKeys.notes.length]).toEqual([1, noted]);
  });
});

describe('while nobody can look', () => {
  test('issued keys are believed for 5 s, then nobody can tell; and again as soon as a look succeeds', async () => {
    const verifier = aProcess();
    const { token } = await issue();
    const caller = await verifier.verify(token);
    apiKeys.isAway = true;
    await pass(5 * SECOND);
    expect(verifier.verify(token)).toBe(caller);
    await pass(1);
    expect(await refused(verifier, token)).toMatch(UNAVAILABLE);
    await pass(20 * SECOND);
    expect(await refused(verifier, token)).toMatch(UNAVAILABLE);
    apiKeys.isAway = false;
    await pass(500);
    expect(verifier.verify(token)).toBe(caller);
  });

  test('a new token is answered as the database is: not at all', async () => {
    const verifier = aProcess();
    const { token } = await issue();
    apiKeys.isAway = true;
    expect(await refused(verifier, token)).toMatch(UNAVAILABLE);
  });

  test('people whom the identity provider knows go on', async () => {
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
    await pass(20 * SECOND);
    expect(apiKeys.looks).toEqual([]);
    const { token } = await issue();
    const agent = await verifier.verify(token);
    apiKeys.isAway = true;
    // What was read of it a moment ago counts, although nobody has looked for long.
    expect(verifier.verify(token)).toBe(agent);
    await pass(10 * SECOND);
    expect(await refused(verifier, token)).toMatch(UNAVAILABLE);
    expect(verifier.verify(person)).toBe(caller);
  });

  test('a held token ends when it expires, also while the database hangs', async () => {
    const verifier = aProcess();
    const { token } = await issue({ exp: NOW + 10 });
    const held = hold(await verifier.verify(token));
    apiKeys.slowDown();
    await pass(39 * SECOND);
    expect(held.ended).toBe(false);
    await pass(4 * SECOND);
    expect(held.ended).toBe(true);
  });

  test('a process that was held up catches up before it answers, and refuses nobody for it', async () => {
    const verifier = aProcess();
    const { token, key } = await issue();
    const caller = await verifier.verify(token);
    const [late] = [performance.now()];
    // Time passes, and no timer fires.
    vi.spyOn(performance, 'now').mockImplementation(() => late + 30 * SECOND);
    expect(await verifier.verify(token)).toBe(caller);
    expect(apiKeys.looks).toHaveLength(1);
    vi.mocked(performance.now).mockImplementation(() => late + 60 * SECOND);
    await apiKeys.store(ME, { ...key, revokedAt: new Date() });
    expect(await refused(verifier, token)).toBe(REFUSED);
    vi.mocked(performance.now).mockRestore();
  });
});

describe('a token that expires', () => {
  test('ends for whoever holds on to it within a look, and not before its time', async () => {
    const verifier = aProcess();
    const { token } = await issue({ exp: NOW + 61 });
    const held = hold(await verifier.verify(token));
    await pass(90_999);
    expect(held.ended).toBe(false);
    await pass(4_001);
    expect(held.ended).toBe(true);
    expect(await refused(verifier, token)).toBe(REFUSED);
  });

  test('tells whoever has let go of it nothing, and at once whoever comes later', async () => {
    const verifier = aProcess();
    const { token } = await issue({ exp: NOW + 61 });
    const caller = await verifier.verify(token);
    const [left, stayed] = [hold(caller), hold(caller)];
    left.let();
    await pass(100 * SECOND);
    expect([left.ended, stayed.ended, hold(caller).ended]).toEqual([false, true, true]);
  });
});

describe('when a key was last used', () => {
  const lastUsed = async ({ key: { id } }: Issued) =>
    (await apiKeys.list(ME)).find((key) => key.id === id)?.lastUsedAt?.getTime() ?? null;

  test('is noted by at most one write a minute for all keys, and none while none is used', async () => {
    const verifier = aProcess();
    const issued = [await issue(), await issue()];
    for (let second = 0; second < 180; second += 1) {
      for (const { token } of issued) await verifier.verify(token);
      await pass(SECOND);
    }
    expect(apiKeys.notes.length).toBeLessThanOrEqual(4);
    expect(apiKeys.notes.length).toBeGreaterThanOrEqual(3);
    for (const each of issued) expect(await lastUsed(each)).toBeGreaterThan((NOW + 110) * SECOND);
    await pass(61 * SECOND);
    const before = apiKeys.notes.length;
    await pass(3 * MINUTE);
    expect(apiKeys.notes).toHaveLength(before);
  });

  test('is noted when the process stops', async () => {
    const verifier = aProcess();
    const issued = await issue();
    await verifier.verify(issued.token);
    await verifier.close();
    expect(await lastUsed(issued)).toBe(NOW * SECOND);
  });

  test('is noted later where the database was away', async () => {
    const verifier = aProcess();
    const issued = await issue();
    await verifier.verify(issued.token);
    apiKeys.isAway = true;
    await pass(30 * SECOND);
    expect(apiKeys.notes).toHaveLength(1);
    apiKeys.isAway = false;
    await pass(60 * SECOND);
    expect(await lastUsed(issued)).toBe(NOW * SECOND);
  });
});

describe('a token by a short RSA key', () => {
  const short = pairs['short RS256'];

  test('counts only with a stored, unrevoked record of that very token', async () => {
    const { token, key } = await issue({}, short);
    await expect(aProcess().verify(token)).resolves.toMatchObject({ userId: 'me', scopes: ['agent'] });
    const forged = [
      ['never issued', { sub: ME, jti: aKeyId() }],
      ['without an id', { sub: ME }],
      ['under the id of another', { sub: ME, jti: key.id, iat: NOW }],
      ['under the id of another user’s', { sub: 'eve', jti: key.id }],
    ] as const;
    for (const [what, claims] of forged)
      expect(await refused(aProcess(), signedToken(claims, {}, short)), what).toBe(REFUSED);
    await apiKeys.revoke(ME, key);
    expect(await refused(aProcess(), token)).toBe(REFUSED);
  });

  test('is worth nothing where nobody keeps records', async () => {
    const { token } = await issue({}, short);
    expect(await refused(aProcess({ store: null }), token)).toBe(REFUSED);
  });
});

describe('own keys and those of an identity provider', () => {
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

  test('each check their own tokens', async () => {
    const verifier = both();
    await expect(verifier.verify(signedToken(claims()))).resolves.toMatchObject({ scopes: ['agent'] });
    expect(provider.requests).toEqual([]);
    const person = signedToken(claims(), { kid: pairs.RS256.keyId }, pairs.RS256);
    await expect(verifier.verify(person)).resolves.toMatchObject({ scopes: ['dashboard'] });
  });

  test.each([
    ['naming an own key, altered', () => altered(signedToken(claims(), { kid: pairs.EdDSA.keyId })), null],
    [
      'naming an own key, by another',
      () => signedToken(claims(), { kid: pairs.EdDSA.keyId }, stranger),
      null,
    ],
    ['by an own key, with claims no own token has', () => signedToken(claims({ jti: 7 })), null],
    ['altered, where the issuer is known', () => altered(signedToken(claims())), 'https://id.example'],
  ])('a token %s never reaches the provider', async (_what, token, issuer) => {
    provider.breakDown((res) => res.destroy());
    expect(await refused(both(issuer), token())).toBe(REFUSED);
    expect(provider.requests).toEqual([]);
  });

  test('what the provider has signed is found out anew after 10 minutes', async () => {
    const verifier = both();
    const person = signedToken(claims(), { kid: pairs.RS256.keyId }, pairs.RS256);
    await verifier.verify(person);
    provider.exchangeKeys([freshKeyPair('RS256')]);
    for (let minute = 0; minute < 9; minute += 1) {
      await pass(MINUTE);
      expect(verifier.verify(person)).not.toBeInstanceOf(Promise);
    }
    await pass(61 * SECOND);
    expect(await refused(verifier, person)).toBe(REFUSED);
  });
});

const stranger = freshKeyPair('EdDSA');

/** With another subject than the signature is over. */
function altered(token: string): string {
  const [header, claims, signature] = token.split('.');
  const changed = { ...JSON.parse(Buffer.from(claims!, 'base64url').toString()), sub: 'eve' };
  return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
}
