import assert from 'node:assert/strict';
import type { TestRunner } from '../test-runner.ts';
import type { OpenNotifierIn } from './open-notifier.ts';
import { deliveryErrorOf, notifierTest } from './opened-notifier.ts';
import { questionNotice, testNotice } from './test-notices.ts';

/** After this time, a person would have stopped to wait. */
const ABORT_AFTER_MS = 300;
/** On a machine that is busy with other things. */
const MUST_END_WITHIN_MS = 5_000;

export function failures(runner: TestRunner, open: OpenNotifierIn): void {
  const test = notifierTest(runner, open);

  runner.describe('failures', () => {
    test('an address that the service refuses is a final error', 'refuses', async (opened) => {
      const error = await deliveryErrorOf(opened, opened.deliver(questionNotice()));
      assert.equal(error.isFinal, true);
    });

    for (const state of ['unreachable', 'broken'] as const) {
      test(`a service that is ${state} is an error that may pass`, state, async (opened) => {
        const error = await deliveryErrorOf(opened, opened.deliver(questionNotice()));
        assert.equal(error.isFinal, false);
      });
    }

    test(
      'a service that never answers is an error that may pass, as soon as the signal aborts',
      'silent',
      async (opened) => {
        const { notifier, settings } = opened;
        const signal = AbortSignal.timeout(ABORT_AFTER_MS);
        const startedAt = performance.now();
        const error = await deliveryErrorOf(opened, notifier.deliver(settings, testNotice(), signal));
        assert.equal(error.isFinal, false);
        assert.ok(performance.now() - startedAt < ABORT_AFTER_MS + MUST_END_WITHIN_MS);
      },
    );

    test('nothing is sent after the signal has aborted', 'works', async (opened) => {
      const { notifier, settings, arrivals } = opened;
      const error = await deliveryErrorOf(
        opened,
        notifier.deliver(settings, testNotice(), AbortSignal.abort()),
      );
      assert.equal(error.isFinal, false);
      assert.deepEqual(await arrivals(), []);
    });
  });
}
