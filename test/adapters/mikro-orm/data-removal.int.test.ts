import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { tablesOf } from '../../../src/adapters/mikro-orm/database/tables.ts';
import { MikroOrmAgentInstanceRepository } from '../../../src/adapters/mikro-orm/repositories/agent-instance-repository.ts';
import { MikroOrmApiKeyRepository } from '../../../src/adapters/mikro-orm/repositories/api-key-repository.ts';
import { MikroOrmDashboardQueries } from '../../../src/adapters/mikro-orm/repositories/dashboard-queries.ts';
import { MikroOrmDataRemoval } from '../../../src/adapters/mikro-orm/repositories/data-removal.ts';
import { saveChanges } from '../../../src/adapters/mikro-orm/statements/conversations/save-changes.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { dataRemovalContract } from '../../../src/contracts/data-removal/contract.ts';
import type { OpenRemoval } from '../../../src/contracts/data-removal/open-removal.ts';
import { DAY_MS, msAfterNow, NOW, newId, newUser } from '../../../src/contracts/test-values.ts';
import { withoutRecord } from '../../../src/contracts/without-record.ts';
import { EMPTY_CONVERSATION } from '../../../src/domain/conversation/conversation.ts';
import { endSession, startAgentInstance } from '../../../src/domain/conversation/lifecycle.ts';
import { retentionCutoffs } from '../../../src/domain/conversation/retention.ts';
import type { AgentInstanceId, AgentTypeId } from '../../../src/domain/ids.ts';
import { DATABASES } from '../../support/postgres/open-databases.ts';

describe.each(DATABASES)('%s', (name, _isolation, open) => {
  let databases: [Database, Database];
  let store: OpenRemoval;

  beforeAll(async () => {
    databases = await open();
    await databases[0].migrate();
    const signals = new InProcessSignals();
    const repository = (database: Database) => new MikroOrmAgentInstanceRepository({ database, signals });
    store = {
      removal: new MikroOrmDataRemoval({
        database: databases[0],
        signals,
      }),
      repositories: [repository(databases[0]), repository(databases[1])],
      queries: new MikroOrmDashboardQueries(databases[1]),
      apiKeys: new MikroOrmApiKeyRepository({ database: databases[1], signals }),
      revocations: signals,
    };
  });
  afterAll(async () => {
    await Promise.all([...new Set(databases)].map((database) => database.close()));
  });

  dataRemovalContract({ describe, test }, () => store);

  // The embedded database runs one transaction at a time.
  test.skipIf(name === 'PGlite')(
    'removal keeps the agent type of an instance that is being saved',
    async () => {
      const target = { userId: newUser(), agentInstanceId: newId<AgentInstanceId>() };
      const newType = { id: newId<AgentTypeId>(), name: 'codex' };
      const first = { id: target.agentInstanceId, agentType: newType, now: NOW };
      await store.repositories[0].update(
        target,
        withoutRecord((conversation) => startAgentInstance(conversation, first)),
      );
      await store.repositories[0].update(
        target,
        withoutRecord((conversation) => endSession(conversation, { now: NOW })),
      );

      await databases[1].transaction([target.userId], async (em) => {
        const query = async (_users: unknown, sql: string, parameters: readonly unknown[]) =>
          (await tablesOf(em).executeQuery(CompiledQuery.raw(sql, [...parameters]))).rows;
        const changes = startAgentInstance(EMPTY_CONVERSATION, { ...first, id: newId() }).changes!;
        const instances = [{ userId: target.userId, before: null, changes }];
        await saveChanges({ queryInBatch: query } as unknown as Database, instances, [], {
          channel: '',
          payloads: [],
        });
        const cutoffs = retentionCutoffs(msAfterNow(10 * DAY_MS + 1), 10);
        while ((await store.removal.deleteOutdated(cutoffs)) > 0);
      });
      const holdings = await store.removal.holdings(target.userId);
      expect(holdings).toMatchObject({ agentTypes: 1, agentInstances: 1 });
    },
  );
});
