import { hash } from 'node:crypto';
import { inMemoryStore } from '../../src/adapters/in-memory/store.ts';
import { JwtIssuer } from '../../src/adapters/jwt/jwt-issuer.ts';
import { JwtVerifier } from '../../src/adapters/jwt/jwt-verifier.ts';
import { generateKeyPair, readPrivateKey } from '../../src/adapters/jwt/keys/keys.ts';
import { systemClock } from '../../src/adapters/runtime/system.ts';
import { InProcessSignals } from '../../src/adapters/signals/in-process-signals.ts';
import { aGrant, newKeyId, userIdOf } from '../../test/support/builders.ts';
import { median } from '../load/percentiles.ts';
import type { BenchResults, BenchTable } from '../report/table.ts';
import type { BenchSize } from '../size.ts';

const TOKEN_COUNT = 1_000;
/** The longest that verifying a known token may take. */
const MAX_KNOWN_TOKEN_US = 20;

const silentLogger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * The table about verifying a token. Its first row measures the least work that can find a known token:
 * hashing it and looking up the hash.
 */
export const tokensTable: BenchTable = {
  name: 'tokens',
  labelTitles: ['Verifying a token (Ed25519, keys in memory)'],
  rows: [
    { key: 'bare', labels: ['SHA-256 and `Map`, bare'] },
    { key: 'known', labels: ['known token'] },
    { key: 'first', labels: ['token seen for the first time'] },
  ],
  columns: [
    { key: 'microseconds', title: 'µs', decimals: 2 },
    { key: 'ratioToKnown', title: 'Ratio to a known token', decimals: 2 },
  ],
};

/**
 * Measures the three rows in turns. It needs no server.
 * @throws Error if verifying a known token takes more than 20 µs.
 */
export async function measureTokens({ rounds }: BenchSize): Promise<BenchResults> {
  const signingKey = readPrivateKey((await generateKeyPair('ed25519')).privateKey, 'bench');
  const issuer = new JwtIssuer({ key: signingKey });
  const tokens = await Promise.all(
    Array.from({ length: TOKEN_COUNT }, (_, nth) =>
      issuer.issue(aGrant({ userId: userIdOf(`user-${nth}`), id: newKeyId() })),
    ),
  );
  const store = inMemoryStore(new InProcessSignals());
  const createVerifier = () =>
    new JwtVerifier({
      keys: [signingKey],
      store,
      logger: silentLogger,
      clock: systemClock,
    });
  const warmVerifier = createVerifier();
  const callers = new Map<string, object>();
  for (const token of tokens) {
    callers.set(hash('sha256', token, 'base64url'), await warmVerifier.verify(token));
  }

  const [bareUs, knownUs, firstUs]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    bareUs.push(await measureUs(tokens, 100, (token) => callers.get(hash('sha256', token, 'base64url'))));
    knownUs.push(await measureUs(tokens, 100, (token) => warmVerifier.verify(token)));
    const coldVerifier = createVerifier();
    firstUs.push(await measureUs(tokens, 1, (token) => coldVerifier.verify(token)));
    await coldVerifier.close();
  }
  await warmVerifier.close();
  const medianUs = median(knownUs);
  if (medianUs > MAX_KNOWN_TOKEN_US)
    throw new Error(`Verifying a known token takes ${medianUs} µs; the limit is ${MAX_KNOWN_TOKEN_US} µs`);
  const numbers = (us: number) => ({ microseconds: us, ratioToKnown: us / medianUs });
  return { bare: numbers(median(bareUs)), known: numbers(medianUs), first: numbers(median(firstUs)) };
}

/** Returns how many microseconds one check takes. If `check` returns a promise, it is awaited. */
async function measureUs(
  tokens: readonly string[],
  repetitions: number,
  check: (token: string) => unknown,
): Promise<number> {
  const startedAt = performance.now();
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const token of tokens) {
      const result = check(token);
      if (result instanceof Promise) await result;
    }
  }
  return ((performance.now() - startedAt) * 1_000) / (repetitions * tokens.length);
}
