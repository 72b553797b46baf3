import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { MikroOrmAgentInstanceRepository } from '../../../src/adapters/mikro-orm/repositories/agent-instance-repository.ts';
import { MikroOrmDashboardQueries } from '../../../src/adapters/mikro-orm/repositories/dashboard-queries.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { agentInstanceRepositoryContract } from '../../../src/contracts/agent-instance-repository/contract.ts';
import type { OpenStore } from '../../../src/contracts/agent-instance-repository/open-store.ts';
import { anAgentMessage } from '../../../src/contracts/agent-message-builder.ts';
import { dashboardQueriesContract } from '../../../src/contracts/dashboard-queries/contract.ts';
import { newId, newUser } from '../../../src/contracts/test-values.ts';
import { postAgentMessage } from '../../../src/domain/conversation/agent-messages.ts';
import type { AgentInstanceId } from '../../../src/domain/ids.ts';
import { DATABASES } from '../../support/postgres/open-databases.ts';

describe.each(DATABASES)('%s', (_, isolation, open) => {
  let databases: [Database, Database];
  let store: OpenStore;

  beforeAll(async () => {
    databases = await open();
    // On PostgreSQL both migrate at once, like two processes that start at the same time.
    await Promise.all([...new Set(databases)].map((database) => database.migrate()));
    const repository = (database: Database, signals: InProcessSignals) =>
      new MikroOrmAgentInstanceRepository({ database, signals });
    const signals = new InProcessSignals();
    store = {
      repositories: [repository(databases[0], signals), repository(databases[1], new InProcessSignals())],
      signals,
    };
  });
  afterAll(async () => {
    await Promise.all([...new Set(databases)].map((database) => database.close()));
  });

  agentInstanceRepositoryContract({ describe, test }, () => store);
  dashboardQueriesContract({ describe, test }, () => ({
    repository: store.repositories[0],
    queries: new MikroOrmDashboardQueries(databases[1]),
  }));

  test('updates of one batch count the agent types that the batch creates', async () => {
    const userId = newUser();
    // Updates of one lane run in batches, in their order. With one lane, all of them are counted.
    const counts = await Promise.all(
      ['a', 'b', 'b', 'c'].map((agentTypeName) => {
        const agentInstanceId = newId<AgentInstanceId>();
        const step = anAgentMessage(agentInstanceId, { agentTypeName });
        return store.repositories[0].update({ userId, agentInstanceId, agentTypeName }, (conversation) => ({
          output: conversation.agentTypeCount,
          changes: postAgentMessage(conversation, step).changes,
          record: null,
        }));
      }),
    );
    if (databases[0].lanes === 1) expect(counts).toEqual([0, 1, 2, 2]);
  });

  test('updates of one batch count the instances that the batch creates', async () => {
    const userId = newUser();
    const ids = [newId<AgentInstanceId>(), newId<AgentInstanceId>()];
    const counts = await Promise.all(
      [ids[0]!, ids[1]!, ids[1]!, newId<AgentInstanceId>()].map((agentInstanceId) => {
        const target = { userId, agentInstanceId, agentTypeName: 'claude-code' };
        return store.repositories[0].update(target, (conversation) => ({
          output: conversation.openInstanceCount,
          changes: postAgentMessage(conversation, anAgentMessage(agentInstanceId)).changes,
          record: null,
        }));
      }),
    );
    if (databases[0].lanes === 1) expect(counts).toEqual([0, 1, 2, 2]);
  });

  test('reports how PostgreSQL separates tenants', async () => {
    expect(await databases[0].tenantIsolation()).toBe(isolation);
  });
});
