import assert from 'node:assert/strict';
import { heartbeat } from '../../domain/conversation/lifecycle.ts';
import type { AgentInstanceId } from '../../domain/ids.ts';
import { decided } from '../decided.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newId, someone } from '../valid-values.ts';
import { contents, conversationsIn, someInstance } from './conversations.ts';
import type { OpenStore } from './open-store.ts';

export function tenants({ describe, test }: TestRunner, open: () => OpenStore): void {
  const { store, post, say, read, look } = conversationsIn(open);

  describe('tenants', () => {
    test('two users may use the same ids without meeting', async () => {
      const agentInstanceId = newId<AgentInstanceId>();
      const [ann, bob] = [someone(), someone()];
      await Promise.all([
        post({ userId: ann, agentInstanceId }, { content: 'of ann' }),
        post({ userId: bob, agentInstanceId }, { content: 'of bob' }),
      ]);
      await say({ userId: ann, agentInstanceId }, 'for ann');
      assert.deepEqual((await look({ userId: bob, agentInstanceId })).messages, []);
      assert.equal((await look({ userId: ann, agentInstanceId })).instance?.lastPosition, 2);
      assert.equal((await look({ userId: bob, agentInstanceId })).instance?.lastPosition, 1);
    });

    test('an update that looked at no queue does not hide it from the next one', async () => {
      const target = someInstance();
      await post(target);
      await say(target, 'queued');
      await store().update(
        target,
        decided((conversation) => heartbeat(conversation, { now: NOW })),
      );
      assert.deepEqual(contents((await post(target)).handedOff), ['queued']);
    });

    test('a change made by another process is seen by the next update here', async () => {
      const target = someInstance();
      const [here, there] = open().repositories;
      await post(target, {}, here);
      await say(target, 'from there', false, there);
      assert.deepEqual(contents((await post(target, {}, here)).handedOff), ['from there']);
      await say(target, 'from there again', true, there);
      assert.equal((await post(target, {}, here)).message.position, 5);
    });

    test('a look that changes nothing sees what another process has written', async () => {
      const target = someInstance();
      const [here, there] = open().repositories;
      await post(target, {}, here);
      await say(target, 'from there', false, there);
      assert.deepEqual(contents((await read(target, null, here)).messages), ['from there']);
    });

    test("another user's instance does not exist", async () => {
      const target = someInstance();
      const { message } = await post(target);
      const stranger = { ...target, userId: someone() };
      await assert.rejects(say(stranger, 'hi'), { code: 'agent_instance_not_found' });
      await assert.rejects(read(stranger, message.id), { code: 'agent_instance_not_found' });
      assert.equal(await store().instanceOfMessage(stranger.userId, message.id), null);
      assert.equal(await store().instanceOfMessage(target.userId, message.id), target.agentInstanceId);
    });
  });
}
