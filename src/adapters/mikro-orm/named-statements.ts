import pg from 'pg';

/** Statement texts that are prepared once a connection, and the names they go by there. */
const names = new Map<string, string>();

/**
 * Marks a statement of the hot path as worth preparing. Planning the save costs PostgreSQL more than
 * running it does (see docs/BENCH.md), and the ORM's connection has no way of its own to name a statement.
 * @returns `sql` as it was.
 */
export function prepared(name: string, sql: string): string {
  names.set(sql, name);
  return sql;
}

/** A pg client that names the statements marked by `prepared`, and is the stock client for all others. */
export class NamedStatementsClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const query = this.query.bind(this) as (...parameters: unknown[]) => unknown;
    const named = (text: unknown, values: unknown, ...rest: unknown[]) => {
      const name = typeof text === 'string' ? names.get(text) : undefined;
      return name === undefined ? query(text, values, ...rest) : query({ name, text, values }, ...rest);
    };
    // pg's type of `query` is a dozen overloads; callers keep seeing those.
    this.query = named as typeof this.query;
  }
}
