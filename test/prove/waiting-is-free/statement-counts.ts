import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenPromise } from '../proof.ts';
import type { TestCluster } from '../support/test-cluster.ts';

/** After this time without a statement, the first read of every new waiter has ended. */
const QUIET_MS = 600;

/** Counts how often each statement has run on the servers' database so far. */
export async function countStatements(cluster: TestCluster): Promise<Map<string, number>> {
  // This connection uses another database, so that its own statement does not count.
  const rows = await cluster.postgres.query<{ query: string; calls: number }>(
    `select s.query, sum(s.calls)::int as calls from pg_stat_statements s
     join pg_database d on d.oid = s.dbid where d.datname = $1 group by s.query`,
    [new URL(cluster.databaseUrl).pathname.slice(1)],
  );
  return new Map(rows.map(({ query, calls }) => [query, calls]));
}

/** Waits until the first reads of new waiters have ended and no statement runs any more. Then counts. */
export async function quietStatements(cluster: TestCluster): Promise<Map<string, number>> {
  for (let last = await countStatements(cluster); ; ) {
    await sleep(QUIET_MS);
    const counts = await countStatements(cluster);
    if (differencesOf(last, counts).length === 0) return counts;
    last = counts;
  }
}

/**
 * Statements that a process runs at intervals of its own: for the tokens that it knows, for the deadlines of
 * questions, and for notifications. They do not depend on waiting clients.
 */
const REGULAR_STATEMENTS = {
  looks: /from "api_keys" where "revoked_at" >=/,
  notes: /update api_keys k set last_used_at/,
  deadlines: /from messages\s+where question_status = \S+ and expires_at is not null/,
  notifications: /from notifications\s+where next_at is not null/,
} as const;

/** The setting that is sent before statements for certain users, in the same round trip. */
const SETTING = /^\s*select num_nulls\(set_config/;

export interface StatementCounts {
  /** The number of reads of revoked keys. */
  readonly looks: number;
  /** How often the times of the last use of keys were written. */
  readonly notes: number;
  /** The number of reads of the next deadlines. */
  readonly deadlines: number;
  /** The number of reads of the next notifications. */
  readonly notifications: number;
  readonly rest: ReadonlyMap<string, number>;
}

/** Separates the statements of one window into the regular ones and the rest. */
export function splitByPurpose(calls: ReadonlyMap<string, number>): StatementCounts {
  const like = (pattern: RegExp) => [...calls].filter(([statement]) => pattern.test(statement));
  const total = (some: readonly (readonly [string, number])[]) =>
    some.reduce((sum, [, times]) => sum + times, 0);
  const apart = new Set(
    [...Object.values(REGULAR_STATEMENTS), SETTING].flatMap((pattern) => like(pattern).map(([it]) => it)),
  );
  return {
    looks: total(like(REGULAR_STATEMENTS.looks)),
    notes: total(like(REGULAR_STATEMENTS.notes)),
    deadlines: total(like(REGULAR_STATEMENTS.deadlines)),
    notifications: total(like(REGULAR_STATEMENTS.notifications)),
    rest: new Map([...calls].filter(([statement]) => !apart.has(statement))),
  };
}

/**
 * @throws BrokenPromise if a process reads revoked keys more often than every 4 s, writes the times of the
 * last use more often than once a minute, or reads the next deadlines more often than every 3 s. The next
 * notifications are read every 3 s, too, and once a minute while nobody was ever notified.
 */
export function requireFewRegularStatements(
  { looks, notes, deadlines, notifications }: Omit<StatementCounts, 'rest'>,
  seconds: number,
  processes: number,
  isAnybodyNotified = false,
): void {
  const most = {
    looks: processes * (Math.floor(seconds / 4) + 1),
    notes: processes * (Math.floor(seconds / 60) + 1),
    deadlines: processes * (Math.floor(seconds / 3) + 1),
    notifications: processes * (Math.floor(seconds / (isAnybodyNotified ? 3 : 60)) + 1),
  };
  if (looks > most.looks)
    throw new BrokenPromise(`${looks} looks for revoked keys in ${seconds} s: more than ${most.looks}`);
  if (notes > most.notes)
    throw new BrokenPromise(`last uses noted ${notes} times in ${seconds} s: more than ${most.notes}`);
  if (deadlines > most.deadlines)
    throw new BrokenPromise(`${deadlines} looks for deadlines in ${seconds} s: more than ${most.deadlines}`);
  if (notifications > most.notifications)
    throw new BrokenPromise(
      `${notifications} looks for notifications in ${seconds} s: more than ${most.notifications}`,
    );
}

/** Returns how much more often each statement has run since `before`. */
export function callsSince(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Map<string, number> {
  const more = [...after].map(
    ([statement, times]) => [statement, times - (before.get(statement) ?? 0)] as const,
  );
  return new Map(more.filter(([, times]) => times > 0));
}

/** Describes each statement that did not run equally often. */
export function differencesOf(one: ReadonlyMap<string, number>, many: ReadonlyMap<string, number>): string[] {
  return [...new Set([...one.keys(), ...many.keys()])]
    .filter((statement) => one.get(statement) !== many.get(statement))
    .map(
      (statement) =>
        `${one.get(statement) ?? 0} times for one waiter, ${many.get(statement) ?? 0} times for many: ` +
        statement.replaceAll(/\s+/g, ' ').slice(0, 200),
    );
}
