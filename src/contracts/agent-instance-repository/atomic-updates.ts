import assert from 'node:assert/strict';
import { existing } from '../../domain/conversation/conversation.ts';
import type { UserId } from '../../domain/ids.ts';
import type { Signal } from '../../ports/signals/signals.ts';
import { assertIncludes, assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { conversationsIn, someInstance } from './conversations.ts';
import type { OpenStore } from './open-store.ts';

export function atomicUpdates({ describe, test }: TestRunner, open: () => OpenStore): void {
  const { store, post, say, look } = conversationsIn(open);

  describe('an update is atomic', () => {
    test('a decision that throws writes nothing and fails only its own update', async () => {
      const target = someInstance();
      const refused = store().update({ ...target, agentTypeName: 'x' }, () => {
        throw new Error('no');
      });
      const [failure, success] = await Promise.allSettled([refused, post(target)]);
      assertMatches(failure, { status: 'rejected', reason: { message: 'no' } });
      assert.equal(success.status, 'fulfilled');
      assert.equal((await look(target)).instance?.lastPosition, 1);
    });

    test('a text the database cannot hold fails only its own update', async () => {
      const good = someInstance();
      const [bad, fine] = await Promise.allSettled([post(someInstance(), { content: 'NUL \0' }), post(good)]);
      assert.equal(fine.status, 'fulfilled');
      assert.equal((await look(good)).instance?.lastPosition, 1);
      // The in-memory store keeps any text; what matters is that a neighbour is not failed with it.
      assertIncludes(['fulfilled', 'rejected'], bad.status);
    });

    /** The changes of a user that are signalled from now on. */
    const signalled = (userId: UserId) => {
      const heard: Signal[] = [];
      const nothingSeen = { of: () => 0, total: () => 0 };
      open().signals.subscribeAll(userId, (signal) => heard.push(signal), nothingSeen);
      return heard;
    };

    test('a change is signalled with the version it led to', async () => {
      const target = someInstance();
      const heard = signalled(target.userId);
      await post(target);
      await say(target, 'hello');
      assert.deepEqual(heard, [
        { ...target, version: 1 },
        { ...target, version: 2 },
      ]);
    });

    test('one that changes nothing is not signalled', async () => {
      const target = someInstance();
      const heard = signalled(target.userId);
      await look(target);
      assert.deepEqual(heard, []);
    });
  });
}

export function ownConversations({ test }: TestRunner, open: () => OpenStore): void {
  const { store, post, look } = conversationsIn(open);

  test('a decision sees a conversation of its own: what it does to it stays there', async () => {
    const target = someInstance();
    await post(target);
    await store().update({ ...target, queue: true }, (conversation) => {
      Object.assign(existing(conversation), { status: 'DELETED' });
      return { output: null, changes: null, record: null };
    });
    assert.equal((await look(target)).instance?.status, 'ACTIVE');
  });
}
