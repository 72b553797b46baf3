import assert from 'node:assert/strict';
import { startAgentInstance } from '../../domain/conversation/lifecycle.ts';
import type { AgentTypeId } from '../../domain/ids.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newId } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenStore } from './open-store.ts';
import { newTarget, testActionsIn } from './test-actions.ts';

export function savingContexts({ describe, test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { store, post, load } = testActionsIn(storeUnderTest);

  describe('the context of an instance is loaded as saved', () => {
    test('after a start without messages', async () => {
      const target = newTarget();
      const context = { machine: 'anvil', agentVersion: '1.2', folder: '~/“work” \u{1F600}\\' };
      const agentType = { id: newId<AgentTypeId>(), name: 'cron' };
      await store().update(
        { ...target, agentTypeName: 'cron' },
        withoutRecord((conversation) =>
          startAgentInstance(conversation, { id: target.agentInstanceId, agentType, context, now: NOW }),
        ),
      );
      assert.deepEqual((await load(target)).instance?.context, context);
    });

    test('after messages that add to it, and messages that say nothing about it', async () => {
      const target = newTarget();
      const contextNow = async () => (await load(target)).instance?.context;
      await post(target);
      assert.deepEqual(await contextNow(), {});
      await post(target, { context: { branch: 'main', machine: 'anvil' } });
      assert.deepEqual(await contextNow(), { branch: 'main', machine: 'anvil' });
      await post(target);
      await post(target, { context: { branch: 'fix', model: null } });
      await post(target, { isQuestion: true });
      assert.deepEqual(await contextNow(), { branch: 'fix', machine: 'anvil' });
    });

    test('after messages at the same time, each of which adds a part', async () => {
      const target = newTarget();
      await post(target);
      await Promise.all([
        post(target, { context: { branch: 'fix' } }),
        post(target),
        post(target, { context: { model: 'opus' } }),
      ]);
      assert.deepEqual((await load(target)).instance?.context, { branch: 'fix', model: 'opus' });
    });
  });
}
