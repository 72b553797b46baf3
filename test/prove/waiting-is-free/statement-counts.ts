import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../rig/cluster.ts';

/** Nothing asked for this long: whoever has just come waits by now. */
const QUIET_MS = 600;

/** How often each statement has run on the servers' database so far. */
export async function countStatements(cluster: Cluster): Promise<Map<string, number>> {
  // Asked from another database, so that the asking itself does not count.
  const rows = await cluster.postgres.query<{ query: string; calls: number }>(
    `select s.query, sum(s.calls)::int as calls from pg_stat_statements s
     join pg_database d on d.oid = s.dbid where d.datname = $1 group by s.query`,
    [new URL(cluster.databaseUrl).pathname.slice(1)],
  );
  return new Map(rows.map(({ query, calls }) => [query, calls]));
}

/** The same, once new waiters have had their first look and all is quiet. */
export async function quietStatements(cluster: Cluster): Promise<Map<string, number>> {
  for (let last = await countStatements(cluster); ; ) {
    await sleep(QUIET_MS);
    const counts = await countStatements(cluster);
    if (differencesOf(last, counts).length === 0) return counts;
    last = counts;
  }
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
