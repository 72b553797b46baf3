import { afterAll, beforeAll, describe, inject } from 'vitest';
import { MikroOrmAgentInstanceRepository } from '../../src/adapters/mikro-orm/agent-instance-repository.ts';
import { MikroOrmDashboardQueries } from '../../src/adapters/mikro-orm/dashboard-queries.ts';
import type { Database } from '../../src/adapters/mikro-orm/database.ts';
import { openPglite } from '../../src/adapters/mikro-orm/pglite.ts';
import { openPostgres } from '../../src/adapters/mikro-orm/postgres.ts';
import { currentVersions } from '../../src/adapters/mikro-orm/statements/current-versions.ts';
import { progressOfUsers } from '../../src/adapters/mikro-orm/statements/progress.ts';
import { InProcessSignals } from '../../src/adapters/signals/in-process.ts';
import { PostgresSignals } from '../../src/adapters/signals/postgres.ts';
import { CHANNEL, encodeSignals } from '../../src/adapters/signals/signal-payload.ts';
import { type LiveProcess, liveFeedContract } from '../contracts/live-feed.ts';
import { createDatabase } from '../support/postgres-database.ts';
import { RecordedLog } from './signals/recorded-log.ts';

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

async function migrated(database: Database): Promise<Database> {
  opened.defer(() => database.close());
  await database.migrate();
  return database;
}

describe('PGlite', () => {
  let process: LiveProcess;
  beforeAll(async () => {
    const database = await migrated(await openPglite('memory://'));
    const signals = new InProcessSignals();
    process = {
      signals,
      repository: new MikroOrmAgentInstanceRepository({ database, signals }),
      queries: new MikroOrmDashboardQueries(database),
    };
  });
  liveFeedContract(() => ({ writer: process, watcher: process }));
});

describe('PostgreSQL, written in one process and watched in another', () => {
  let processes: { writer: LiveProcess; watcher: LiveProcess };
  const start = async (url: string): Promise<LiveProcess> => {
    const database = await migrated(await openPostgres(url));
    const signals = new PostgresSignals({
      connection: { connectionString: url },
      currentVersions: (watched) => currentVersions(database, watched),
      versionsOfUsers: (users) => progressOfUsers(database, users),
      logger: new RecordedLog(),
    });
    await signals.start();
    opened.defer(() => signals.close());
    const notify = { channel: CHANNEL, encode: encodeSignals };
    return {
      signals,
      repository: new MikroOrmAgentInstanceRepository({ database, signals, notify }),
      queries: new MikroOrmDashboardQueries(database),
    };
  };
  beforeAll(async () => {
    const url = await createDatabase(inject('postgresUrl'));
    processes = { writer: await start(url), watcher: await start(url) };
  });
  liveFeedContract(() => processes);
});
