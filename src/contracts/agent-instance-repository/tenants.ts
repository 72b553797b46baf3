import assert from 'node:assert/strict';
import { heartbeat } from '../../domain/conversation/lifecycle.ts';
import type { AgentInstanceId } from '../../domain/ids.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newId, newUser } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenStore } from './open-store.ts';
import { contents, newTarget, testActionsIn } from './test-actions.ts';

export function tenants({ describe, test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { store, post, say, read, load } = testActionsIn(storeUnderTest);

  describe('tenants and processes', () => {
    test('two users may use the same ids without seeing each other', async () => {
      const agentInstanceId = newId<AgentInstanceId>();
      const [ann, bob] = [newUser(), newUser()];
      await Promise.all([
        post({ userId: ann, agentInstanceId }, { content: 'of ann' }),
        post({ userId: bob, agentInstanceId }, { content: 'of bob' }),
      ]);
      await say({ userId: ann, agentInstanceId }, 'for ann');
      assert.deepEqual((await load({ userId: bob, agentInstanceId })).messages, []);
      assert.equal((await load({ userId: ann, agentInstanceId })).instance?.lastPosition, 2);
      assert.equal((await load({ userId: bob, agentInstanceId })).instance?.lastPosition, 1);
    });

    test('an update that did not load the queue does not hide it from the next one', async () => {
      const target = newTarget();
      await post(target);
      await say(target, 'queued');
      await store().update(
        target,
        withoutRecord((conversation) => heartbeat(conversation, { now: NOW })),
      );
      assert.deepEqual(contents((await post(target)).handedOver), ['queued']);
    });

    test('the next update sees a change that another process made', async () => {
      const target = newTarget();
      const [firstProcess, secondProcess] = storeUnderTest().repositories;
      await post(target, {}, firstProcess);
      await say(target, 'from there', false, secondProcess);
      assert.deepEqual(contents((await post(target, {}, firstProcess)).handedOver), ['from there']);
      await say(target, 'from there again', true, secondProcess);
      assert.equal((await post(target, {}, firstProcess)).message.position, 5);
    });

    test('an update that changes nothing sees what another process has written', async () => {
      const target = newTarget();
      const [firstProcess, secondProcess] = storeUnderTest().repositories;
      await post(target, {}, firstProcess);
      await say(target, 'from there', false, secondProcess);
      assert.deepEqual(contents((await read(target, null, firstProcess)).messages), ['from there']);
    });

    test("another user's instance does not exist", async () => {
      const target = newTarget();
      const { message } = await post(target);
      const stranger = { ...target, userId: newUser() };
      await assert.rejects(say(stranger, 'hi'), { code: 'agent_instance_not_found' });
      await assert.rejects(read(stranger, message.id), { code: 'agent_instance_not_found' });
      assert.equal(await store().instanceOfMessage(stranger.userId, message.id), null);
      assert.equal(await store().instanceOfMessage(target.userId, message.id), target.agentInstanceId);
    });
  });
}
