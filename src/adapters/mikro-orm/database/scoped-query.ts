import pg from 'pg';
import type { TenantSettings } from './tenant-isolation.ts';

/** What is used here of pg's connection and query, and its types leave out. */
interface Connection {
  readonly parsedStatements: { readonly [name: string]: string };
  readonly submittedNamedStatements: { [name: string]: string };
  parse(statement: { name: string; text: string }): void;
  bind(to: { statement: string; values: readonly string[] }): void;
  execute(portal: { portal?: string }): void;
}

interface Query extends pg.Submittable {
  name: string | undefined;
  text: string;
  callback: (error: Error | null, result: pg.QueryResult) => void;
  prepare(connection: Connection): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
  handleError(error: Error, connection: Connection): void;
}

const Query = pg.Query as unknown as new (config: pg.QueryConfig & { queryMode: 'extended' }) => Query;

/**
 * A statement and, before it in the same packet and transaction, what its transaction is to be set to. All
 * that comes before a Sync is one transaction of its own (PostgreSQL's manual, "Extended Query"), so the
 * setting costs no round trip of its own, and is gone with the statement, however that ends.
 */
class ScopedQuery extends Query {
  readonly #scope: TenantSettings;
  /** Name and text of the statement itself, while the server's answers are still about the setting. */
  #upcoming: Pick<Query, 'name' | 'text'> | null = null;

  constructor(config: pg.QueryConfig, scope: TenantSettings) {
    // Without parameters pg would send it as a simple query: that has no Sync, and leaves the transaction open.
    super({ ...config, queryMode: 'extended' });
    this.#scope = scope;
  }

  /** Called once pg has found nothing wrong with the statement; what it writes goes out in one piece. */
  override prepare(connection: Connection): void {
    const setting = settingStatement(Object.keys(this.#scope));
    if (connection.parsedStatements[setting.name] === undefined) connection.parse(setting);
    connection.bind({ statement: setting.name, values: Object.entries(this.#scope).flat() });
    connection.execute({});
    super.prepare(connection);
    // The client notes what has been parsed by the name and text of its query, and answers come in order.
    this.#upcoming = { name: this.name, text: this.text };
    Object.assign(this, setting);
  }

  override handleDataRow(message: unknown): void {
    if (this.#upcoming === null) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#upcoming === null) {
      super.handleCommandComplete(message, connection);
    } else {
      Object.assign(this, this.#upcoming);
      this.#upcoming = null;
    }
  }

  override handleError(error: Error, connection: Connection): void {
    // The server skips whatever comes after an error: the statement was not parsed either.
    if (this.#upcoming?.name !== undefined) delete connection.submittedNamedStatements[this.#upcoming.name];
    super.handleError(error, connection);
  }
}

/** Gives one number: `set_config` itself would send the whole list of users back. */
function settingStatement(names: readonly string[]): { name: string; text: string } {
  const settings = names.map((_, nth) => `set_config($${2 * nth + 1}, $${2 * nth + 2}, true)`);
  return { name: `set_${names.length}`, text: `select num_nulls(${settings.join(', ')})` };
}

/** Runs `statement` on `client` within `scope`. */
export const scopedQuery = (
  client: pg.ClientBase,
  statement: pg.QueryConfig,
  scope: TenantSettings,
): Promise<pg.QueryResult> =>
  new Promise((resolve, reject) => {
    const query = new ScopedQuery(statement, scope);
    query.callback = (error, result) => (error === null ? resolve(result) : reject(error));
    client.query(query);
  });
