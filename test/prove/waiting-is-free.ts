import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../bench/load/percentiles.ts';
import { BrokenPromise, type Proof, type ProofContext, requireNone, scaled } from './proof.ts';
import { TestCluster } from './support/test-cluster.ts';
import { cutListeners, stallListeners } from './waiting-is-free/listen-sessions.ts';
import { notifyBob } from './waiting-is-free/notify-bob.ts';
import {
  callsSince,
  countStatements,
  differencesOf,
  quietStatements,
  requireFewRegularStatements,
  splitByPurpose,
} from './waiting-is-free/statement-counts.ts';
import { Waiters } from './waiting-is-free/waiters.ts';

const WAITERS = 1_000;
const CUTS = 50;
const STALLS = 3;
const RACES = 1_000;
/**
 * A sweep runs every 10 s. A window of whole sweep intervals contains the same number of sweeps, no matter
 * when it begins.
 */
const SWEEPS = 3;
const SWEEP_MS = 10_000;
/** The limit where the LISTEN connection was cut or stalled. */
const LATEST_MS = 20_000;
/**
 * The usual time after a cut: what was committed meanwhile is read on reconnecting, not by the next sweep.
 */
const USUAL_MS = 6_000;
/** The limit where nothing is wrong: usually milliseconds, more on a busy machine, and far below a sweep. */
const PROMPT_MS = 3_000;

/**
 * Shows that many waiters cost the database what one costs, and that all of them wake, also for messages that
 * arrive at the other process.
 */
export const waitingIsFree: Proof = {
  name: 'waiting-is-free',
  promise: 'Waiting costs the database nothing, and no waiter is left asleep',

  async run(context) {
    const { random, progress } = context;
    await using cluster = await TestCluster.start(['-c', 'shared_preload_libraries=pg_stat_statements'], {
      NOTIFICATION_KEY: randomBytes(32).toString('base64url'),
    });
    await cluster.postgres.query('create extension if not exists pg_stat_statements');
    using waiters = new Waiters(cluster.ports, await cluster.tokens.of('ada'), random.fork('waiters'));
    const count = scaled(WAITERS, context, 100);
    const cuts = scaled(CUTS, context, 2);
    const stalls = scaled(STALLS, context, 1);

    // All wait at the first process. The other one, without a waiter, must not query at all.
    await waiters.add(1, 0);
    const one = await idleStatements(cluster, context, '1 waiter');
    await waiters.add(count - 1, 0);
    const many = await idleStatements(cluster, context, `${count} waiters`);
    requireNone('statements that differ between 1 waiter and many', differencesOf(one, many));
    if (one.size === 0) throw new BrokenPromise('no statement ran at all: there is no safety net');
    await using _receiver = await notifyBob(cluster, random.fork('bob'));
    const notified = await idleStatements(cluster, context, `${count} waiters and a destination`, true);
    requireNone('statements that differ with a destination', differencesOf(many, notified));
    await waiters.add(Math.floor(count / 2), 1);

    const batch = Math.max(4, Math.floor(waiters.asleep / (cuts + stalls + 2)));
    const untouched: number[] = [];
    const cut: number[] = [];
    const stalled: number[] = [];
    untouched.push(...(await waiters.answer(batch)));
    progress('messages that come as the wait begins');
    const raced = await waiters.race(scaled(RACES, context, 60));
    const waking: Promise<number[]>[] = [];
    const cutRandom = random.fork('cuts');
    for (let done = 0; done < cuts; ) {
      const ended = await cutListeners(cluster, (sessions) => cutRandom.oneOf(sessions));
      if (ended === 0) {
        await sleep(20);
        continue;
      }
      done += ended;
      // Some messages arrive before the server notices the cut, some while there is no connection, and some
      // when it is open again.
      await sleep(cutRandom.between(0, 60));
      const arriving = waiters.answer(batch);
      // The failure is thrown below, once all cuts are made.
      arriving.catch(() => {});
      waking.push(arriving);
      if (done % 5 === 0) progress(`${done} of ${cuts} cuts, ${waiters.asleep} asleep`);
      await sleep(cutRandom.between(0, 300));
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
      throw new BrokenPromise(`after a cut, one in ten wakes later than ${percentile(cut, 0.9)} ms`);
    }
    requireInTime('undisturbed', untouched, PROMPT_MS);
    requireInTime('as the wait began', raced, PROMPT_MS);
    cluster.requireNoFaults();
    return {
      waiters: waiters.woken,
      [`statements in ${(sweepsOf(context) * SWEEP_MS) / 1000} s, 1 waiter`]: total(one),
      [`the same, ${count} waiters`]: total(many),
      'the same, with a destination': total(notified),
      'LISTEN connections cut': cuts,
      stalled: stalls,
      'woken undisturbed': formatTimes(untouched),
      'woken as the wait began': formatTimes(raced),
      'woken after a cut': formatTimes(cut),
      'woken behind a stalled connection': formatTimes(stalled),
    };
  },
};

const sweepsOf = (context: ProofContext): number => scaled(SWEEPS, context, 1);

async function idleStatements(
  cluster: TestCluster,
  context: ProofContext,
  what: string,
  isAnybodyNotified = false,
) {
  const milliseconds = sweepsOf(context) * SWEEP_MS;
  context.progress(`${what}, idle for ${milliseconds / 1000} s`);
  const before = await quietStatements(cluster);
  const since = performance.now();
  await sleep(milliseconds);
  const { rest, ...regular } = splitByPurpose(callsSince(before, await countStatements(cluster)));
  // A busy machine sleeps and counts longer. One second more, because the first count takes time, too.
  const seconds = (performance.now() - since) / 1000 + 1;
  requireFewRegularStatements(regular, seconds, cluster.servers.length, isAnybodyNotified);
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

const formatTimes = (milliseconds: readonly number[]): string =>
  [0.5, 0.99, 1].map((part) => `p${part * 100} ${Math.round(percentile(milliseconds, part))} ms`).join(', ');
