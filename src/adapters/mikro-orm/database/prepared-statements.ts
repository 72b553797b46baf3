/** The names of the statements that each connection prepares once, by text. */
const names = new Map<string, string>();

/**
 * Registers a statement of the hot path, so that each connection prepares it once under this name. PostgreSQL
 * needs more time to plan a save than to run it (see docs/BENCH.md).
 * @returns `sql`, unchanged.
 */
export function prepared(name: string, sql: string): string {
  names.set(sql, name);
  return sql;
}

/** Returns the name of a registered statement, or undefined. */
export const nameOf = (sql: string): string | undefined => names.get(sql);
