import { beforeAll, describe, test } from 'vitest';
import { inMemoryStore } from '../../../src/adapters/in-memory/store.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { notificationRepositoryContract } from '../../../src/contracts/notification-repository/contract.ts';
import type { OpenNotifications } from '../../../src/contracts/notification-repository/open-notifications.ts';

describe('in-memory', () => {
  let store: OpenNotifications;
  beforeAll(() => {
    const { notifications, repository, removal } = inMemoryStore(new InProcessSignals());
    store = {
      repositories: [notifications, notifications],
      instances: [repository, repository],
      removal,
    };
  });
  notificationRepositoryContract({ describe, test }, () => store);
});
