import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { MikroOrmAgentInstanceRepository } from '../../../src/adapters/mikro-orm/repositories/agent-instance-repository.ts';
import { MikroOrmDashboardQueries } from '../../../src/adapters/mikro-orm/repositories/dashboard-queries.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { agentInstanceRepositoryContract } from '../../../src/contracts/agent-instance-repository/contract.ts';
import type { OpenStore } from '../../../src/contracts/agent-instance-repository/open-store.ts';
import { dashboardQueriesContract } from '../../../src/contracts/dashboard-queries/contract.ts';
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

  test('reports how PostgreSQL separates tenants', async () => {
    expect(await databases[0].tenantIsolation()).toBe(isolation);
  });
});
