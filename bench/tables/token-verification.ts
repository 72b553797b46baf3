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

const TOKENS = 1_000;
/** The longest that verifying a known token may take. */
const MAX_KNOWN_TOKEN_US = 20;

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The table about verifying a token. Its first row is the least that finds a known token. */
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
  const pair = readPrivateKey((await generateKeyPair('ed25519')).privateKey, 'bench');
  const issuer = new JwtIssuer({ key: pair });
  const tokens = await Promise.all(
    Array.from({ length: TOKENS }, (_, nth) =>
      issuer.issue(aGrant({ userId: userIdOf(`user-${nth}`), id: newKeyId() })),
    ),
  );
  const store = inMemoryStore(new InProcessSignals());
  const verifier = () =>
    new JwtVerifier({
      keys: [pair],
      store,
      logger: silent,
      clock: systemClock,
    });
  const warm = verifier();
  const callers = new Map<string, object>();
  for (const token of tokens) callers.set(hash('sha256', token, 'base64url'), await warm.verify(token));

  const [bare, known, first]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await microseconds(tokens, 100, (token) => callers.get(hash('sha256', token, 'base64url'))));
    known.push(await microseconds(tokens, 100, (token) => warm.verify(token)));
    const cold = verifier();
    first.push(await microseconds(tokens, 1, (token) => cold.verify(token)));
    await cold.close();
  }
  await warm.close();
  const cost = median(known);
  if (cost > MAX_KNOWN_TOKEN_US)
    throw new Error(`Verifying a known token takes ${cost} µs; the limit is ${MAX_KNOWN_TOKEN_US} µs`);
  const numbers = (us: number) => ({ microseconds: us, ratioToKnown: us / cost });
  return { bare: numbers(median(bare)), known: numbers(cost), first: numbers(median(first)) };
}

/** Returns how many microseconds one check takes. If `check` returns a promise, it is awaited. */
async function microseconds(
  tokens: readonly string[],
  times: number,
  check: (token: string) => unknown,
): Promise<number> {
  const since = performance.now();
  for (let time = 0; time < times; time += 1) {
    for (const token of tokens) {
      const result = check(token);
      if (result instanceof Promise) await result;
    }
  }
  return ((performance.now() - since) * 1_000) / (times * tokens.length);
}
