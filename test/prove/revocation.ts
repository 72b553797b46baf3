import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BrokenPromise, type Proof, requireNone, scaled } from './proof.ts';
import { KeyHolder } from './revocation/key-holder.ts';
import { forEachConcurrently } from './support/for-each-concurrently.ts';
import { BIN } from './support/killable-server.ts';
import { RetryingClient } from './support/retrying-client.ts';
import { TestCluster } from './support/test-cluster.ts';
import { cutListeners } from './waiting-is-free/listen-sessions.ts';
import {
  callsSince,
  countStatements,
  requireFewRegularStatements,
  splitByPurpose,
} from './waiting-is-free/statement-counts.ts';

const KEYS = 120;
/** The share of the keys that is revoked. */
const REVOKED_PART = 0.5;
/** One in six keys is revoked by the command line. This starts a process each time. */
const BY_COMMAND_LINE = 6;
const LATEST_MS = 5_000;
/** How long a request may take to reach the server and return on a busy machine. */
const WAY_MS = 1_000;
const AWAY_MS = 10_000;
const BACK_MS = 10_000;

/** Uses keys at both servers in every way at once, revokes some of them, and then takes the database away. */
export const revocation: Proof = {
  name: 'revocation',
  promise: 'A revoked key is dead on every process within 5 s; no other key is refused',

  async run(context) {
    const { random, progress } = context;
    await using cluster = await TestCluster.start(['-c', 'shared_preload_libraries=pg_stat_statements']);
    await cluster.postgres.query('create extension if not exists pg_stat_statements');
    using client = new RetryingClient(cluster.ports);
    const dashboardToken = await cluster.tokens.of('ada', 'dashboard');
    const holders = await issue(scaled(KEYS, context, 12), { cluster, client, dashboardToken, random });
    await Promise.all(holders.map((holder) => holder.begin()));
    progress(`${holders.length} keys with waits, streams and traffic at both servers`);
    await sleep(1_000);

    const before = await countStatements(cluster);
    const since = performance.now();
    const revokedHolders = random
      .fork('revoked')
      .shuffled(holders)
      .slice(0, Math.round(holders.length * REVOKED_PART));
    const cutRandom = random.fork('revocations');
    for (const [nth, holder] of revokedHolders.entries()) {
      // Cuts some LISTEN connections, so that some processes are notified and others are not.
      for (let cut = cutRandom.below(3); cut > 0; cut -= 1)
        await cutListeners(cluster, (it) => cutRandom.oneOf(it));
      const byCommand = nth % BY_COMMAND_LINE === 0;
      await (byCommand
        ? revokeByCommand(cluster, holder)
        : revokeByRest(client, dashboardToken, holder, random.fork(nth)));
      holder.revokedAt = performance.now();
      await sleep(cutRandom.between(0, 200));
    }
    await sleep(LATEST_MS + 2 * WAY_MS);
    const { rest: _, ...regular } = splitByPurpose(callsSince(before, await countStatements(cluster)));
    // Counts the servers only, because the command line does not look for revoked keys.
    const seconds = (performance.now() - since) / 1000;
    requireFewRegularStatements(regular, seconds, cluster.servers.length, false);
    if (regular.looks === 0) throw new BrokenPromise('no server looked for revoked keys');

    const good = holders.filter(({ revokedAt }) => revokedAt === null);
    requireNone('uses of a revoked key that were accepted too late', revokedHolders.flatMap(acceptedTooLate));
    requireNone(
      'waits and streams that outlived their key',
      revokedHolders.flatMap((it) => outlived(it, cluster.ports)),
    );
    requireNone('good keys that were refused', good.flatMap(refusedWrongly));

    progress(`the database goes away for ${AWAY_MS / 1000} s`);
    const awayAt = performance.now();
    await cluster.postgres.stopFor(AWAY_MS);
    const backAt = performance.now();
    await sleep(BACK_MS);
    await Promise.all(holders.map((holder) => holder.stop()));
    const during = good.flatMap(({ uses }) =>
      uses.filter(({ sentAt }) => sentAt > awayAt && sentAt < backAt),
    );
    const blind = during.filter(
      ({ sentAt, answeredAt }) => sentAt > awayAt + LATEST_MS && answeredAt < backAt - WAY_MS,
    );
    requireNone(
      'keys that could not be checked, with an answer other than 503',
      blind.filter(({ status }) => status !== 503).map(describeUse),
    );
    if (blind.length === 0) throw new BrokenPromise('no key was used while the database was away');
    const after = good.flatMap(({ uses }) => uses.filter(({ sentAt }) => sentAt > backAt + BACK_MS / 2));
    requireNone(
      'good keys not accepted again afterwards',
      after.filter(({ status }) => status !== 200).map(describeUse),
    );
    requireNone('good keys that were refused in the whole run', good.flatMap(refusedWrongly));
    requireNone('revoked keys accepted again', revokedHolders.flatMap(acceptedTooLate));
    cluster.requireNoFaults();
    return {
      keys: holders.length,
      revoked: revokedHolders.length,
      uses: holders.reduce((sum, { uses }) => sum + uses.length, 0),
      looks: regular.looks,
      'slowest end of a use, wait or stream': `${Math.round(Math.max(...revokedHolders.map((it) => lastAccepted(it))))} ms`,
      'answers while the database was away': during.length,
      'of them 503': during.filter(({ status }) => status === 503).length,
    };
  },
};

interface Issuing {
  readonly cluster: TestCluster;
  readonly client: RetryingClient;
  readonly dashboardToken: string;
  readonly random: Parameters<RetryingClient['call']>[1];
}

async function issue(
  count: number,
  { cluster, client, dashboardToken, random }: Issuing,
): Promise<KeyHolder[]> {
  const holders: KeyHolder[] = [];
  const numbers = Array.from({ length: count }, (_, nth) => nth);
  await forEachConcurrently(numbers, 8, async (nth) => {
    const keyRandom = random.fork(`key ${nth}`);
    const body = { name: `key ${nth}` };
    const issued = { method: 'POST', path: '/api-keys', token: dashboardToken, key: null, body } as const;
    const { id, token } = JSON.parse((await client.call(issued, keyRandom)).body);
    holders.push(new KeyHolder({ id, token, ports: cluster.ports, client, random: keyRandom }));
  });
  return holders;
}

async function revokeByRest(
  client: RetryingClient,
  dashboardToken: string,
  { id }: KeyHolder,
  random: Issuing['random'],
) {
  const { status, body } = await client.call(
    { method: 'DELETE', path: `/api-keys/${id}`, token: dashboardToken, key: id },
    random,
  );
  if (status !== 204) throw new BrokenPromise(`a revocation was answered ${status}: ${body}`);
}

async function revokeByCommand({ databaseUrl, tokens }: TestCluster, { id }: KeyHolder) {
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl, ...tokens.env };
  const ended = promisify(execFile)(process.execPath, [BIN, 'token', 'revoke', id], { env });
  await ended.catch((error: { stderr?: string }) => {
    throw new BrokenPromise(`token revoke failed: ${error.stderr}`);
  });
}

const describeUse = ({ sentAt, status }: { sentAt: number; status: number }) =>
  `${status}, sent at ${Math.round(sentAt)} ms`;

const acceptedTooLate = ({ id, uses, revokedAt }: KeyHolder): string[] =>
  uses
    .filter(({ sentAt, status }) => status === 200 && sentAt > revokedAt! + LATEST_MS)
    .map(({ sentAt }) => `${id}: ${Math.round(sentAt - revokedAt!)} ms after its revocation`);

const refusedWrongly = ({ id, uses, waitsRefused }: KeyHolder): string[] => [
  ...uses.filter(({ status }) => ![200, 503, 0].includes(status)).map((use) => `${id}: ${describeUse(use)}`),
  ...[...waitsRefused.keys()].map((port) => `${id}: its wait at ${port}`),
];

function outlived(
  { id, waitsRefused, streamsEnded, revokedAt }: KeyHolder,
  ports: readonly number[],
): string[] {
  const late = (ended: ReadonlyMap<number, number>, what: string) =>
    ports
      .map((port) => (ended.get(port) ?? Number.POSITIVE_INFINITY) - revokedAt!)
      .filter((milliseconds) => milliseconds > LATEST_MS + WAY_MS)
      .map((milliseconds) => `${id}: a ${what} for ${milliseconds} ms`);
  return [...late(waitsRefused, 'wait'), ...late(streamsEnded, 'stream')];
}

/** Returns how many milliseconds after its revocation a key was last accepted. */
const lastAccepted = ({ uses, waitsRefused, streamsEnded, revokedAt }: KeyHolder): number =>
  Math.max(
    0,
    ...uses.filter(({ status }) => status === 200).map(({ sentAt }) => sentAt - revokedAt!),
    ...[...waitsRefused.values(), ...streamsEnded.values()].map((ended) => ended - revokedAt!),
  );
