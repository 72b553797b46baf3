import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenPromise } from '../proof.ts';
import type { TestCluster } from '../support/test-cluster.ts';

/** Nothing asked for this long: whoever has just come waits by now. */
const QUIET_MS = 600;

/** How often each statement has run on the servers' database so far. */
export async function countStatements(cluster: TestCluster): Promise<Map<string, number>> {
  // Asked from another database, so that the asking itself does not count.
  const rows = await cluster.postgres.query<{ query: string; calls: number }>(
    `select s.query, sum(s.calls)::int as calls from pg_stat_statements s
     join pg_database d on d.oid = s.dbid where d.datname = $1 group by s.query`,
    [new URL(cluster.databaseUrl).pathname.slice(1)],
  );
  return new Map(rows.map(({ query, calls }) => [query, calls]));
}

/** The same, once new waiters have had their first look and all is quiet. */
export async function quietStatements(cluster: TestCluster): Promise<Map<string, number>> {
  for (let last = await countStatements(cluster); ; ) {
    await sleep(QUIET_MS);
    const counts = await countStatements(cluster);
    if (differencesOf(last, counts).length === 0) return counts;
    last = counts;
  }
}

/** What a process asks because of the tokens it knows, whoever waits: it has a rhythm of its own. */
const OF_TOKENS = {
  looks: /from api_keys where revoked_at >=/,
  notes: /update api_keys k set last_used_at/,
} as const;

/** Goes before whatever is asked for one user or another, in the same round trip. */
const SETTING = /^\s*select num_nulls\(set_config/;

export interface StatementCounts {
  /** Reads of revoked keys. */
  readonly looks: number;
  /** Writes of when keys were last used. */
  readonly notes: number;
  readonly rest: ReadonlyMap<string, number>;
}

/** Takes apart what ran in one window. */
export function splitByPurpose(calls: ReadonlyMap<string, number>): StatementCounts {
  const like = (pattern: RegExp) => [...calls].filter(([statement]) => pattern.test(statement));
  const total = (some: readonly (readonly [string, number])[]) =>
    some.reduce((sum, [, times]) => sum + times, 0);
  const apart = new Set(
    [...Object.values(OF_TOKENS), SETTING].flatMap((pattern) => like(pattern).map(([it]) => it)),
  );
  return {
    looks: total(like(OF_TOKENS.looks)),
    notes: total(like(OF_TOKENS.notes)),
    rest: new Map([...calls].filter(([statement]) => !apart.has(statement))),
  };
}

/** @throws BrokenPromise for more looks than one every 4 s a process, and more notes than one a minute. */
export function requireFewTokenStatements(
  { looks, notes }: Omit<StatementCounts, 'rest'>,
  seconds: number,
  processes: number,
): void {
  const most = {
    looks: processes * (Math.floor(seconds / 4) + 1),
    notes: processes * (Math.floor(seconds / 60) + 1),
  };
  if (looks > most.looks)
    throw new BrokenPromise(`${looks} looks for revoked keys in ${seconds} s: more than ${most.looks}`);
  if (notes > most.notes)
    throw new BrokenPromise(`last uses noted ${notes} times in ${seconds} s: more than ${most.notes}`);
}

/** How much more often each statement has run since. */
export function callsSince(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Map<string, number> {
  const more = [...after].map(
    ([statement, times]) => [statement, times - (before.get(statement) ?? 0)] as const,
  );
  return new Map(more.filter(([, times]) => times > 0));
}

/** A line for each statement that did not run equally often. */
export function differencesOf(one: ReadonlyMap<string, number>, many: ReadonlyMap<string, number>): string[] {
  return [...new Set([...one.keys(), ...many.keys()])]
    .filter((statement) => one.get(statement) !== many.get(statement))
    .map(
      (statement) =>
        `${one.get(statement) ?? 0} times for one waiter, ${many.get(statement) ?? 0} times for many: ` +
        statement.replaceAll(/\s+/g, ' ').slice(0, 200),
    );
}
