import type { TestRunner } from '../test-runner.ts';
import { atomicUpdates, ownConversations } from './atomic-updates.ts';
import { idempotency } from './idempotency.ts';
import { loading } from './loading.ts';
import type { OpenStore } from './open-store.ts';
import { racesForTheQueue } from './races-for-the-queue.ts';
import { racesToBeFirst } from './races-to-be-first.ts';
import { savingAndLoading } from './saving-and-loading.ts';
import { tenants } from './tenants.ts';

/**
 * What every store must keep, whichever way it keeps it.
 * @param open asked within tests only, so the store may be opened by a hook before them. One store serves
 * all: each test has users of its own.
 */
export function agentInstanceRepositoryContract(runner: TestRunner, open: () => OpenStore): void {
  savingAndLoading(runner, open);
  loading(runner, open);
  atomicUpdates(runner, open);
  tenants(runner, open);
  idempotency(runner, open);
  runner.describe('races', () => {
    racesToBeFirst(runner, open);
    racesForTheQueue(runner, open);
  });
  ownConversations(runner, open);
}
