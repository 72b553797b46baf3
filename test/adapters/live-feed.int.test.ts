import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Database } from '../../src/adapters/mikro-orm/database/database.ts';
import { openPostgres } from '../../src/adapters/mikro-orm/postgres.ts';
import { MikroOrmSharedWaits } from '../../src/adapters/mikro-orm/repositories/shared-waits.ts';
import { postgresStore } from '../../src/adapters/mikro-orm/store.ts';
import { systemClock, uuidV7 } from '../../src/adapters/runtime/system.ts';
import { InProcessSignals } from '../../src/adapters/signals/in-process-signals.ts';
import { PostgresSignals } from '../../src/adapters/signals/postgres-signals.ts';
import { createDispatch } from '../../src/application/dispatch/dispatch.ts';
import { LiveFeed } from '../../src/application/live/live-feed.ts';
import { DEFAULT_SETTINGS } from '../../src/application/use-case.ts';
import * as useCases from '../../src/application/use-cases/index.ts';
import { DeadlineAnnouncements } from '../../src/application/waiting/deadline-announcements.ts';
import { OpenWaits } from '../../src/application/waiting/open-waits.ts';
import type { AgentInstanceId, UserId } from '../../src/domain/ids.ts';
import { type LiveProcess, liveFeedContract } from '../contracts/live-feed.ts';
import { aCaller } from '../support/builders.ts';
import { createDatabase } from '../support/postgres/postgres-database.ts';
import { RecordingSink } from '../support/recording/recording-sink.ts';
import { openMigratedPglite } from '../support/servers/migrated-data-dir.ts';
import { RecordedLog } from './signals/recorded-log.ts';

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

async function migrate(database: Database): Promise<Database> {
  opened.defer(() => database.close());
  await database.migrate();
  return database;
}

describe('PGlite', () => {
  let process: LiveProcess;
  beforeAll(async () => {
    const database = await migrate(await openMigratedPglite());
    const signals = new InProcessSignals();
    process = postgresStore({ database, signals, logger: new RecordedLog() });
  });
  liveFeedContract(() => ({ writer: process, watcher: process }));
});

describe('PostgreSQL, with a writing and a watching process', () => {
  let processes: { writer: LiveProcess; watcher: LiveProcess };
  const databases: Database[] = [];
  const start = async (url: string): Promise<LiveProcess> => {
    const database = await migrate(await openPostgres(url));
    databases.push(database);
    const logger = new RecordedLog();
    const signals = new PostgresSignals({ connection: { connectionString: url }, logger });
    const store = postgresStore({ database, signals, logger });
    await signals.start(store.versions);
    opened.defer(() => signals.close());
    return store;
  };
  beforeAll(async () => {
    const url = await createDatabase(inject('postgresUrl'));
    processes = { writer: await start(url), watcher: await start(url) };
  });
  liveFeedContract(() => processes);

  test.each(['instance', 'all'])(
    'sends that an agent in the other process waits, and that it stops waiting, to a stream of %s',
    async (of) => {
      const userId = `viewer-${uuidV7.next()}` as UserId;
      const agentInstanceId = uuidV7.next() as AgentInstanceId;
      const here = {
        settings: DEFAULT_SETTINGS,
        clock: systemClock,
        ids: uuidV7,
        waits: new OpenWaits(),
        deadlines: new DeadlineAnnouncements(),
        apiKeys: null,
        removal: null,
        issuer: null,
      };
      const stopping = new AbortController();
      const waits = new OpenWaits();
      const logger = new RecordedLog();
      const shared = new MikroOrmSharedWaits({ database: databases[0]!, logger });
      shared.start(waits);
      const sharedElsewhere = new MikroOrmSharedWaits({ database: databases[1]!, logger });
      const feed = new LiveFeed(
        {
          ...processes.watcher,
          ...here,
          readWaitsElsewhere: (users) => sharedElsewhere.readWaitsElsewhere(users),
          waitsElsewhereIntervalMs: 50,
        },
        stopping.signal,
      );
      await createDispatch({ ...processes.writer, ...here }, stopping.signal)(useCases.sendAgentMessage, {
        caller: aCaller({ userId }),
        input: {
          agent_instance_id: agentInstanceId,
          agent_type: 'x',
          content: 'Which?',
          requires_user_input: true,
        },
      });
      const caller = aCaller({ userId, scopes: ['dashboard'] });
      const stream =
        of === 'all'
          ? await feed.openUserStream({ caller, lastEventId: null })
          : await feed.openInstanceStream({ caller, agentInstanceId, lastEventId: null });
      const sink = new RecordingSink();
      void stream.pipeTo(sink);
      const waiting = waits.begin({ userId, agentInstanceId });
      await shared.share();
      const begun = await sink.waitForEvent('message_update Which?');
      const eventsBefore = sink.events.length;
      waiting[Symbol.dispose]();
      await shared.share();
      const ended = await sink.waitForEvent('message_update Which?', eventsBefore);
      expect([begun.agent_waiting, ended.agent_waiting]).toEqual([true, false]);
      stopping.abort();
    },
  );
});
