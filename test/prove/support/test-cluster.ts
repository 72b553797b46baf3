import type { QueryResultRow } from 'pg';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { requireNone } from '../proof.ts';
import { KillablePostgres } from './killable-postgres.ts';
import { KillableServer } from './killable-server.ts';
import { TestTokens } from './test-tokens.ts';

/** Two server processes on one PostgreSQL. */
export class TestCluster implements AsyncDisposable {
  readonly postgres: KillablePostgres;
  readonly databaseUrl: string;
  readonly servers: readonly [KillableServer, KillableServer];
  readonly tokens: TestTokens;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    postgres: KillablePostgres,
    databaseUrl: string,
    servers: readonly [KillableServer, KillableServer],
    tokens: TestTokens,
    resources: AsyncDisposableStack,
  ) {
    this.postgres = postgres;
    this.databaseUrl = databaseUrl;
    this.servers = servers;
    this.tokens = tokens;
    this.#resources = resources;
  }

  /** @param settings more environment variables of the servers. */
  static async start(
    flags: readonly string[] = [],
    settings: { readonly [name: string]: string } = {},
  ): Promise<TestCluster> {
    await using stack = new AsyncDisposableStack();
    const postgres = stack.use(await KillablePostgres.start(flags));
    const databaseUrl = await createDatabase(postgres.url);
    const tokens = await TestTokens.make();
    const env = { DATABASE_URL: databaseUrl, ...tokens.env, ...settings };
    // Both start at the same time: one of them waits while the other one migrates the database.
    const startedServers = await Promise.all([KillableServer.start(env), KillableServer.start(env)]);
    const servers = [stack.use(startedServers[0]), stack.use(startedServers[1])] as const;
    return new TestCluster(postgres, databaseUrl, servers, tokens, stack.move());
  }

  get ports(): readonly number[] {
    return this.servers.map(({ port }) => port);
  }

  query<Row extends QueryResultRow>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.postgres.query<Row>(sql, parameters, this.databaseUrl);
  }

  /** Kills a server with SIGKILL and starts a new process in its place. */
  async killServer(nth: number): Promise<void> {
    const server = this.servers[nth % this.servers.length]!;
    await server.kill();
    await server.start();
  }

  /** @throws BrokenPromise for errors in a log, and for a server that exited without being killed. */
  requireNoFaults(): void {
    requireNone(
      'internal errors of the servers',
      this.servers.flatMap(({ faults }) => faults),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }
}
