/** The names of the registered statements, by their SQL. */
const namesBySql = new Map<string, string>();

/**
 * Registers a statement that runs very often, so that each connection prepares it once under this name.
 * PostgreSQL takes more time to plan a save than to run it (see docs/BENCH.md).
 * @returns `sql`, unchanged.
 */
export function registerStatement(name: string, sql: string): string {
  namesBySql.set(sql, name);
  return sql;
}

/** Returns the name of a registered statement, or undefined. */
export const statementNameOf = (sql: string): string | undefined => namesBySql.get(sql);
