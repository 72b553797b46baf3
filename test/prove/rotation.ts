import { setTimeout as sleep } from 'node:timers/promises';
import { JwtIssuer } from '../../src/adapters/jwt/jwt-issuer.ts';
import { generateKeyPair, type PemPair, readPrivateKey } from '../../src/adapters/jwt/keys/keys.ts';
import { aGrant, userIdOf } from '../support/builders.ts';
import { createDatabase } from '../support/postgres/postgres-database.ts';
import { BrokenPromise, type Proof, requireNone, scaled } from './proof.ts';
import { KillablePostgres } from './support/killable-postgres.ts';
import { KillableServer } from './support/killable-server.ts';
import { RetryingClient } from './support/retrying-client.ts';

const PER_SECOND = 100;
const PHASE_SECONDS = 20;
/** There are so many tokens that the servers always verify new ones, and not only known ones. */
const USERS = 500;
const STOP_MS = 10_000;

interface Pair {
  readonly name: 'old' | 'new';
  readonly pems: PemPair;
}

/** One configuration of the servers during the exchange. It decides which tokens they accept. */
interface Phase {
  readonly publicKeys: readonly Pair[];
  readonly privateKey: Pair;
}

/** Exchanges the key pair of a server under load, process after process, as the documents describe. */
export const rotation: Proof = {
  name: 'rotation',
  promise: 'Keys are exchanged under load, and no good token is refused meanwhile',

  async run(context) {
    const { progress } = context;
    await using owned = new AsyncDisposableStack();
    const postgres = owned.use(await KillablePostgres.start());
    const databaseUrl = await createDatabase(postgres.url);
    const [before, after] = [await aPair('old'), await aPair('new')];
    const phases: readonly Phase[] = [
      { publicKeys: [before], privateKey: before },
      { publicKeys: [after, before], privateKey: before },
      { publicKeys: [after, before], privateKey: after },
      { publicKeys: [after], privateKey: after },
    ];
    const tokens = { old: await tokensOf(before), new: await tokensOf(after) };
    const seconds = scaled(PHASE_SECONDS, context, 2);
    const refused: string[] = [];
    let sent = 0;
    let last: { server: KillableServer; phase: Phase } | null = null;

    for (const [nth, phase] of phases.entries()) {
      const next = owned.use(await KillableServer.start({ DATABASE_URL: databaseUrl, ...envOf(phase) }));
      // Both take requests for a while, as behind a proxy. Only tokens that both accept are good then.
      const running = last === null ? [{ server: next, phase }] : [last, { server: next, phase }];
      const good = (['old', 'new'] as const).filter((name) => running.every((it) => accepts(it.phase, name)));
      progress(`phase ${nth + 1}: tokens of the ${good.join(' and the ')} key`);
      const load = {
        ports: running.map(({ server }) => server.port),
        tokens: good.map((name) => tokens[name]),
      };
      sent += await sendLoad({ ...load, seconds }, refused);
      if (last !== null) await last.server.terminate(STOP_MS);
      const alone = (['old', 'new'] as const)
        .filter((name) => accepts(phase, name))
        .map((name) => tokens[name]);
      sent += await sendLoad({ ports: [next.port], tokens: alone, seconds }, refused);
      last = { server: next, phase };
    }
    requireNone('good tokens that were refused', refused);

    // Without this check the exchange would prove nothing.
    const refusedOldTokens: string[] = [];
    await sendLoad({ ports: [last!.server.port], tokens: [tokens.old], seconds: 0.2 }, refusedOldTokens);
    if (refusedOldTokens.length === 0)
      throw new BrokenPromise('tokens of the old key are accepted after its removal');
    requireNone('internal errors of the server', last!.server.faults);
    return { phases: phases.length, requests: sent, refused: refused.length };
  },
};

async function aPair(name: Pair['name']): Promise<Pair> {
  return { name, pems: await generateKeyPair('ed25519') };
}

/** Issues one token for each user. Half of the tokens name their key. */
function tokensOf({ pems }: Pair): Promise<string[]> {
  const key = readPrivateKey(pems.privateKey, 'JWT_PRIVATE_KEY');
  return Promise.all(
    Array.from({ length: USERS }, (_, nth) =>
      new JwtIssuer({ key, includesKeyId: nth % 2 === 0 }).issue(aGrant({ userId: userIdOf(`user-${nth}`) })),
    ),
  );
}

const envOf = ({ publicKeys, privateKey }: Phase) => ({
  JWT_PUBLIC_KEY: publicKeys.map(({ pems }) => pems.publicKey).join(''),
  JWT_PRIVATE_KEY: privateKey.pems.privateKey,
});

const accepts = ({ publicKeys }: Phase, name: Pair['name']): boolean =>
  publicKeys.some((pair) => pair.name === name);

interface Load {
  readonly ports: readonly number[];
  readonly tokens: readonly (readonly string[])[];
  readonly seconds: number;
}

/**
 * Sends 100 requests a second, with each token and to each server in turn.
 * @returns the number of requests.
 */
async function sendLoad({ ports, tokens, seconds }: Load, refused: string[]): Promise<number> {
  using client = new RetryingClient(ports);
  const all = tokens.flat();
  const count = Math.round(seconds * PER_SECOND);
  const since = performance.now();
  const answers: Promise<void>[] = [];
  // 7 has no common factor with the numbers of tokens and servers, so every pair of them occurs.
  for (let nth = 0; nth < count; nth += 1) {
    const [token, port] = [all[(nth * 7) % all.length]!, ports[nth % ports.length]!];
    const asked = client.once({ method: 'GET', path: '/auth/verify', token, key: null }, port);
    answers.push(
      asked.then(({ status, body }) => {
        if (status !== 200) refused.push(`${status} ${body}`);
      }),
    );
    await sleep(Math.max(0, since + ((nth + 1) * 1_000) / PER_SECOND - performance.now()));
  }
  await Promise.all(answers);
  return count;
}
