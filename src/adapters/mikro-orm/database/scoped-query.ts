import pg from 'pg';
import type { TenantSettings } from './tenant-isolation.ts';

// This file overrides methods of pg's Query that pg does not document. The reason and the numbers are in
// docs/adr/0014. test/adapters/mikro-orm/pg-version.test.ts fails when pg changes, and says what to check.

/** The members of pg's connection that this file uses and that pg's types leave out. */
interface Connection {
  readonly parsedStatements: { readonly [name: string]: string };
  readonly submittedNamedStatements: { [name: string]: string };
  parse(statement: { name: string; text: string }): void;
  bind(config: { statement: string; values: readonly string[] }): void;
  execute(portal: { portal?: string }): void;
}

/** The members of pg's query that this file uses and that pg's types leave out. */
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
 * Sends a statement together with the settings of its transaction, in one packet. PostgreSQL runs everything
 * up to the next Sync in one transaction (its manual, "Extended Query"). So the settings cost no round trip,
 * and they end with the statement, whether it succeeds or fails. If a setting is refused, the server skips
 * the statement: it never runs without its settings.
 */
class ScopedQuery extends Query {
  readonly #settings: TenantSettings;
  /** The name and text of the statement until the server has applied the settings; after that null. */
  #pendingStatement: Pick<Query, 'name' | 'text'> | null = null;

  constructor(config: pg.QueryConfig, settings: TenantSettings) {
    // Without parameters pg would send a simple query. That has no Sync and leaves the transaction open.
    super({ ...config, queryMode: 'extended' });
    this.#settings = settings;
  }

  /** pg calls this after its own checks of the statement. It sends everything written here in one packet. */
  override prepare(connection: Connection): void {
    const settingsQuery = settingsStatement(Object.keys(this.#settings));
    if (connection.parsedStatements[settingsQuery.name] === undefined) connection.parse(settingsQuery);
    connection.bind({ statement: settingsQuery.name, values: Object.entries(this.#settings).flat() });
    connection.execute({});
    super.prepare(connection);
    // pg's client records each parsed statement under the name and text of its query. The server reports the
    // settings statement first, so this query carries the name and text of that statement until its report
    // has arrived (handleCommandComplete).
    this.#pendingStatement = { name: this.name, text: this.text };
    Object.assign(this, settingsQuery);
  }

  override handleDataRow(message: unknown): void {
    if (this.#pendingStatement === null) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#pendingStatement === null) {
      super.handleCommandComplete(message, connection);
    } else {
      Object.assign(this, this.#pendingStatement);
      this.#pendingStatement = null;
    }
  }

  override handleError(error: Error, connection: Connection): void {
    // After an error the server skips everything up to the Sync, so it has not parsed the statement either.
    // pg must forget the statement, to send its text again the next time.
    if (this.#pendingStatement?.name !== undefined)
      delete connection.submittedNamedStatements[this.#pendingStatement.name];
    super.handleError(error, connection);
  }
}

/**
 * Returns a statement that applies the settings. `num_nulls` makes its result one number, because the values
 * are not needed.
 */
function settingsStatement(names: readonly string[]): { name: string; text: string } {
  const settings = names.map((_, nth) => `set_config($${2 * nth + 1}, $${2 * nth + 2}, true)`);
  return { name: `set_${names.length}`, text: `select num_nulls(${settings.join(', ')})` };
}

/** Runs `statement` on `client`, in its own transaction, which has these settings. */
export const scopedQuery = (
  client: pg.ClientBase,
  statement: pg.QueryConfig,
  settings: TenantSettings,
): Promise<pg.QueryResult> =>
  new Promise((resolve, reject) => {
    const query = new ScopedQuery(statement, settings);
    query.callback = (error, result) => (error === null ? resolve(result) : reject(error));
    client.query(query);
  });
