import { beforeAll, describe } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryApiKeyRepository } from '../../../src/adapters/in-memory/api-key-repository.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process.ts';
import type { Revoked } from '../../../src/ports/revocations.ts';
import { apiKeyRepositoryContract, type OpenKeyStore } from '../../contracts/api-key-repository.ts';
import { recordingRevocations } from '../../support/recording-revocations.ts';

describe('in-memory', () => {
  let store: OpenKeyStore;
  beforeAll(() => {
    const published: Revoked[] = [];
    const instances = new InMemoryAgentInstanceRepository(new InProcessSignals());
    const revocations = recordingRevocations(published);
    const repository = new InMemoryApiKeyRepository(instances, revocations);
    store = { repositories: [repository, repository], instances, revocations, published };
  });
  apiKeyRepositoryContract(() => store);
});
