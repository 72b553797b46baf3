import assert from 'node:assert/strict';
import { requireInstance } from '../../domain/conversation/conversation.ts';
import type { UserId } from '../../domain/ids.ts';
import type { Signal } from '../../ports/signals/signals.ts';
import { assertIncludes, assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import type { OpenStore } from './open-store.ts';
import { newTarget, testActionsIn } from './test-actions.ts';

export function atomicUpdates({ describe, test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { store, post, say, load } = testActionsIn(storeUnderTest);

  describe('an update is atomic', () => {
    test('a decision that throws writes nothing and fails only its own update', async () => {
      const target = newTarget();
      const refused = store().update({ ...target, agentTypeName: 'x' }, () => {
        throw new Error('no');
      });
      const [failure, success] = await Promise.allSettled([refused, post(target)]);
      assertMatches(failure, { status: 'rejected', reason: { message: 'no' } });
      assert.equal(success.status, 'fulfilled');
      assert.equal((await load(target)).instance?.lastPosition, 1);
    });

    test('a text that the database cannot store fails only its own update', async () => {
      const target = newTarget();
      const updateWithNul = post(newTarget(), { content: 'NUL \0' });
      const [resultWithNul, result] = await Promise.allSettled([updateWithNul, post(target)]);
      assert.equal(result.status, 'fulfilled');
      assert.equal((await load(target)).instance?.lastPosition, 1);
      // Both results are allowed, because the in-memory store accepts any text. The rule is that the other
      // update succeeds.
      assertIncludes(['fulfilled', 'rejected'], resultWithNul.status);
    });

    /** Records the signals of a user from now on. */
    const recordSignals = (userId: UserId) => {
      const received: Signal[] = [];
      const nothingSeen = { versionOf: () => 0, total: () => 0 };
      storeUnderTest().signals.subscribeAll(userId, (signal) => received.push(signal), nothingSeen);
      return received;
    };

    test('a change is signalled with its new version', async () => {
      const target = newTarget();
      const received = recordSignals(target.userId);
      await post(target);
      await say(target, 'hello');
      assert.deepEqual(received, [
        { ...target, version: 1 },
        { ...target, version: 2 },
      ]);
    });

    test('an update that changes nothing is not signalled', async () => {
      const target = newTarget();
      const received = recordSignals(target.userId);
      await load(target);
      assert.deepEqual(received, []);
    });
  });
}

export function decisionsGetCopies({ test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { store, post, load } = testActionsIn(storeUnderTest);

  test('a decision gets its own copy of the conversation: changing it does not change the store', async () => {
    const target = newTarget();
    await post(target);
    await store().update({ ...target, withQueuedMessages: true }, (conversation) => {
      Object.assign(requireInstance(conversation), { status: 'DELETED' });
      return { output: null, changes: null, record: null };
    });
    assert.equal((await load(target)).instance?.status, 'ACTIVE');
  });
}
