import type { TestRunner } from '../test-runner.ts';
import { causes } from './causes.ts';
import { deletion } from './deletion.ts';
import { due } from './due.ts';
import { endings } from './endings.ts';
import { idempotency } from './idempotency.ts';
import { links } from './links.ts';
import { lists } from './lists.ts';
import type { OpenNotifications } from './open-notifications.ts';
import { settings } from './settings.ts';
import { silence } from './silence.ts';
import { tenants } from './tenants.ts';
import { updates } from './updates.ts';

/**
 * The contract suite for adapters of the `NotificationRepository` port.
 * @param storeUnderTest returns the store. It is called only while a test runs, so the store can be opened in
 * a `before` hook. All tests can use the same store, because each test uses its own users.
 */
export function notificationRepositoryContract(
  runner: TestRunner,
  storeUnderTest: () => OpenNotifications,
): void {
  settings(runner, storeUnderTest);
  causes(runner, storeUnderTest);
  endings(runner, storeUnderTest);
  due(runner, storeUnderTest);
  silence(runner, storeUnderTest);
  updates(runner, storeUnderTest);
  idempotency(runner, storeUnderTest);
  lists(runner, storeUnderTest);
  links(runner, storeUnderTest);
  tenants(runner, storeUnderTest);
  deletion(runner, storeUnderTest);
}
