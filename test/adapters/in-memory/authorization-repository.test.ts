import { beforeAll, describe, test } from 'vitest';
import { inMemoryStore } from '../../../src/adapters/in-memory/store.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { authorizationRepositoryContract } from '../../../src/contracts/authorization-repository/contract.ts';
import type { OpenAuthorizations } from '../../../src/contracts/authorization-repository/open-authorizations.ts';

describe('in-memory', () => {
  let store: OpenAuthorizations;
  beforeAll(() => {
    const { authorizations, removal } = inMemoryStore(new InProcessSignals());
    store = { repositories: [authorizations, authorizations], removal };
  });
  authorizationRepositoryContract({ describe, test }, () => store);
});
