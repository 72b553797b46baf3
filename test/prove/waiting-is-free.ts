import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../bench/load/percentiles.ts';
import { BrokenPromise, type Proof, type ProofContext, requireNone, scaled } from './proof.ts';
import { TestCluster } from './support/test-cluster.ts';
import { cutListeners, stallListeners } from './waiting-is-free/listen-sessions.ts';
import {
  callsSince,
  countStatements,
  differencesOf,
  quietStatements,
  requireFewTokenStatements,
  splitByPurpose,
} from './waiting-is-free/statement-counts.ts';
import { Waiters } from './waiting-is-free/waiters.ts';

const WAITERS = 1_000;
const CUTS = 50;
const STALLS = 3;
const RACES = 1_000;
/** The sweep comes every 10 s: a window of so many times that holds as many sweeps, wherever it begins. */
const SWEEPS = 3;
const SWEEP_MS = 10_000;
/** Where the LISTEN connection was cut. */
const LATEST_MS = 20_000;
/** What is committed while it is away is read as soon as it is back, not by the next sweep. */
const USUAL_MS = 6_000;
/** Where nothing is wrong it takes milliseconds; this is for a busy machine, and far below a sweep. */
const PROMPT_MS = 3_000;

/** Many waiters cost the database what one costs, and all of them are woken, also by the other process. */
export const waitingIsFree: Proof = {
  name: 'waiting-is-free',
  promise: 'Waiting costs the database nothing, and no waiter is left asleep',

  async run(context) {
    const { random, progress } = context;
    await using cluster = await TestCluster.start(['-c', 'shared_preload_libraries=pg_stat_statements']);
    await cluster.postgres.query('create extension if not exists pg_stat_statements');
    using waiters = new Waiters(cluster.ports, await cluster.tokens.of('ada'), random.fork('waiters'));
    const count = scaled(WAITERS, context, 100);
    const cuts = scaled(CUTS, context, 2);
    const stalls = scaled(STALLS, context, 1);

    // All at the first process: the other one, where nobody waits, must not ask at all.
    await waiters.add(1, 0);
    const one = await idleStatements(cluster, context, '1 waiter');
    await waiters.add(count - 1, 0);
    const many = await idleStatements(cluster, context, `${count} waiters`);
    requireNone('statements that differ between 1 waiter and many', differencesOf(one, many));
    if (one.size === 0) throw new BrokenPromise('nothing was asked at all: there is no safety net');
    await waiters.add(Math.floor(count / 2), 1);

    const batch = Math.max(4, Math.floor(waiters.asleep / (cuts + stalls + 2)));
    const untouched: number[] = [];
    const cut: number[] = [];
    const stalled: number[] = [];
    untouched.push(...(await waiters.answer(batch)));
    progress('messages that come as the wait begins');
    const raced = await waiters.race(scaled(RACES, context, 60));
    const waking: Promise<number[]>[] = [];
    const chance = random.fork('cuts');
    for (let done = 0; done < cuts; ) {
      const ended = await cutListeners(cluster, (sessions) => chance.oneOf(sessions));
      if (ended === 0) {
        await sleep(20);
        continue;
      }
      done += ended;
      // Some before the server notices, some while it is away, some as it comes back.
      await sleep(chance.between(0, 60));
      const arriving = waiters.answer(batch);
      // It is heard below, once all cuts are made.
      arriving.catch(() => {});
      waking.push(arriving);
      if (done % 5 === 0) progress(`${done} of ${cuts} cuts, ${waiters.asleep} asleep`);
      await sleep(chance.between(0, 300));
    }
    cut.push(...(await Promise.all(waking)).flat());

    for (let nth = 0; nth < stalls; nth += 1) {
      progress(`stalled connection ${nth + 1} of ${stalls}, ${waiters.asleep} asleep`);
      using _stalled = await stallListeners(cluster);
      stalled.push(...(await waiters.answer(batch)));
    }
    untouched.push(...(await waiters.answer(waiters.asleep)));

    requireInTime('after a cut', cut, LATEST_MS);
    requireInTime('behind a stalled connection', stalled, LATEST_MS);
    if (percentile(cut, 0.9) > USUAL_MS) {
      throw new BrokenPromise(`after a cut, a tenth wake later than ${percentile(cut, 0.9)} ms`);
    }
    requireInTime('undisturbed', untouched, PROMPT_MS);
    requireInTime('as the wait began', raced, PROMPT_MS);
    cluster.requireNoFaults();
    return {
      waiters: waiters.woken,
      [`statements in ${(sweepsOf(context) * SWEEP_MS) / 1000} s, 1 waiter`]: total(one),
      [`the same, ${count} waiters`]: total(many),
      'LISTEN connections cut': cuts,
      stalled: stalls,
      'woken undisturbed': told(untouched),
      'woken as the wait began': told(raced),
      'woken after a cut': told(cut),
      'woken behind a stalled connection': told(stalled),
    };
  },
};

const sweepsOf = (context: ProofContext): number => scaled(SWEEPS, context, 1);

async function idleStatements(cluster: TestCluster, context: ProofContext, what: string) {
  const milliseconds = sweepsOf(context) * SWEEP_MS;
  context.progress(`${what}, idle for ${milliseconds / 1000} s`);
  const before = await quietStatements(cluster);
  await sleep(milliseconds);
  const { rest, ...ofTokens } = splitByPurpose(callsSince(before, await countStatements(cluster)));
  // A second more, for the counting itself.
  requireFewTokenStatements(ofTokens, milliseconds / 1000 + 1, cluster.servers.length);
  return rest;
}

function requireInTime(how: string, milliseconds: readonly number[], limit: number): void {
  requireNone(
    `woken ${how} later than ${limit} ms`,
    milliseconds.filter((waited) => waited > limit).map((waited) => `${Math.round(waited)} ms`),
  );
}

const total = (calls: ReadonlyMap<string, number>): number =>
  [...calls.values()].reduce((sum, times) => sum + times, 0);

const told = (milliseconds: readonly number[]): string =>
  [0.5, 0.99, 1].map((part) => `p${part * 100} ${Math.round(percentile(milliseconds, part))} ms`).join(', ');
