import { hash } from 'node:crypto';
import { inMemoryStore } from '../src/adapters/in-memory/store.ts';
import { JwtIssuer } from '../src/adapters/jwt/jwt-issuer.ts';
import { JwtVerifier } from '../src/adapters/jwt/jwt-verifier.ts';
import { generateKeyPair, readPrivateKey } from '../src/adapters/jwt/keys/keys.ts';
import { systemClock } from '../src/adapters/runtime/system.ts';
import { InProcessSignals } from '../src/adapters/signals/in-process-signals.ts';
import { aGrant, aKeyId, userIdOf } from '../test/support/builders.ts';
import { median } from './percentiles.ts';

const TOKENS = 1_000;
/** What a cached check may cost. */
const LIMIT_US = 20;

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * What it costs to verify a token that is known, beside one that is seen for the first time and the least that
 * could find a known one: its hash, and one look in a Map. In turns, and the median of the rounds.
 * @throws Error where a known token costs more than it may.
 */
export async function tokenChecks(rounds: number): Promise<object[]> {
  const pair = readPrivateKey((await generateKeyPair('ed25519')).privateKey, 'bench');
  const issuer = new JwtIssuer({ key: pair });
  const tokens = await Promise.all(
    Array.from({ length: TOKENS }, (_, nth) =>
      issuer.issue(aGrant({ userId: userIdOf(`user-${nth}`), id: aKeyId() })),
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
  if (cost > LIMIT_US) throw new Error(`a known token costs ${cost} µs, and may cost ${LIMIT_US}`);
  return [
    ['hash and Map, bare', median(bare)] as const,
    ['known token', cost] as const,
    ['token seen for the first time', median(first)] as const,
  ].map(([check, us]) => ({ check, µs: us.toFixed(2), 'ratio to a known token': (us / cost).toFixed(2) }));
}

/** Of one check; a promise is awaited, as whoever calls would. */
async function microseconds(
  tokens: readonly string[],
  times: number,
  check: (token: string) => unknown,
): Promise<number> {
  const since = performance.now();
  for (let time = 0; time < times; time += 1) {
    for (const token of tokens) {
      const checked = check(token);
      if (checked instanceof Promise) await checked;
    }
  }
  return ((performance.now() - since) * 1_000) / (times * tokens.length);
}
