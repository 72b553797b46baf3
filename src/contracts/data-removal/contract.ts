import type { TestRunner } from '../test-runner.ts';
import { deletedUser } from './deleted-user.ts';
import type { OpenRemoval } from './open-removal.ts';
import { retention } from './retention.ts';

/**
 * The contract suite for adapters of the `DataRemoval` port.
 * @param storeUnderTest returns the store. It is called only while a test runs, so the store can be opened in
 * a `before` hook.
 */
export function dataRemovalContract(runner: TestRunner, storeUnderTest: () => OpenRemoval): void {
  deletedUser(runner, storeUnderTest);
  retention(runner, storeUnderTest);
}
