import type { TestRunner } from '../test-runner.ts';
import { deliveries } from './deliveries.ts';
import { failures } from './failures.ts';
import type { OpenNotifierIn } from './open-notifier.ts';
import { recalls } from './recalls.ts';
import { settings } from './settings.ts';

/**
 * The contract suite for adapters of the `Notifier` port. It does not test `receive`.
 * @param open opens a channel whose service is in the given state; called once in each test.
 */
export function notifierContract(runner: TestRunner, open: OpenNotifierIn): void {
  settings(runner, open);
  deliveries(runner, open);
  failures(runner, open);
  recalls(runner, open);
}
