import { describe } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryDashboardQueries } from '../../../src/adapters/in-memory/dashboard-queries.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { liveFeedContract } from '../../contracts/live-feed.ts';

describe('in memory', () => {
  const signals = new InProcessSignals();
  const repository = new InMemoryAgentInstanceRepository(signals);
  const process = { signals, repository, queries: new InMemoryDashboardQueries(repository) };
  liveFeedContract(() => ({ writer: process, watcher: process }));
});
