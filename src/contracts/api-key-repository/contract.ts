import type { TestRunner } from '../test-runner.ts';
import { idempotency } from './idempotency.ts';
import { lastUse } from './last-use.ts';
import { lists } from './lists.ts';
import type { OpenKeyStore } from './open-key-store.ts';
import { races } from './races.ts';
import { revocation } from './revocation.ts';
import { savingAndLoading } from './saving-and-loading.ts';
import { tenants } from './tenants.ts';
import { tokenHash } from './token-hash.ts';

/**
 * The contract suite for adapters of the `ApiKeyRepository` port.
 * @param storeUnderTest returns the store. It is called only while a test runs, so the store can be opened in
 * a `before` hook.
 */
export function apiKeyRepositoryContract(runner: TestRunner, storeUnderTest: () => OpenKeyStore): void {
  savingAndLoading(runner, storeUnderTest);
  tenants(runner, storeUnderTest);
  idempotency(runner, storeUnderTest);
  races(runner, storeUnderTest);
  tokenHash(runner, storeUnderTest);
  revocation(runner, storeUnderTest);
  lastUse(runner, storeUnderTest);
  lists(runner, storeUnderTest);
}
