import assert from 'node:assert/strict';
import { heartbeat } from '../../domain/conversation/lifecycle.ts';
import { cancelStop, requestStop } from '../../domain/conversation/stop.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW } from '../test-values.ts';
import type { OpenStore } from './open-store.ts';
import { type InstanceTarget, newTarget, testActionsIn } from './test-actions.ts';

export function savingStops({ describe, test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { post, change, load } = testActionsIn(storeUnderTest);

  describe('a request to stop is loaded as saved', () => {
    const stop = (target: InstanceTarget, reason: string | null) =>
      change(target, (conversation, { now }) => requestStop(conversation, { reason, now }));

    for (const reason of ['wrong branch \u{1F600}', null]) {
      test(`with the reason ${JSON.stringify(reason)}, before and after the agent has seen it`, async () => {
        const target = newTarget();
        await post(target);
        await stop(target, reason);
        const unseen = { reason, requestedAt: NOW, seenAt: null };
        assert.deepEqual((await load(target)).instance?.stop, unseen);
        await change(target, heartbeat);
        assert.deepEqual((await load(target)).instance?.stop, { ...unseen, seenAt: NOW });
      });
    }

    test('and is gone after it was taken back', async () => {
      const target = newTarget();
      await post(target);
      await stop(target, 'wrong branch');
      await change(target, heartbeat);
      await change(target, cancelStop);
      assert.equal((await load(target)).instance?.stop, null);
    });
  });
}
