import { beforeAll, describe } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../../src/adapters/in-memory/agent-instance-repository.ts';
import type { Signal } from '../../../src/ports/signals.ts';
import {
  agentInstanceRepositoryContract,
  type OpenStore,
} from '../../contracts/agent-instance-repository.ts';
import { recordingSignals } from '../../support/recording-signals.ts';

describe('in-memory', () => {
  let store: OpenStore;
  beforeAll(() => {
    const published: Signal[] = [];
    const repository = new InMemoryAgentInstanceRepository(recordingSignals(published));
    store = { repositories: [repository, repository], published };
  });
  agentInstanceRepositoryContract(() => store);
});
