import assert from 'node:assert/strict';
import {
  deleteInstance,
  endSession,
  heartbeat,
  restoreInstance,
  startAgentInstance,
} from '../../domain/conversation/lifecycle.ts';
import { requestUserInput } from '../../domain/conversation/request-user-input.ts';
import type { AgentTypeId } from '../../domain/ids.ts';
import { assertIncludes, assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newId } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenStore } from './open-store.ts';
import { newTarget, testActionsIn } from './test-actions.ts';

export function savingAndLoading({ describe, test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { store, post, say, load } = testActionsIn(storeUnderTest);

  describe('what is saved is what is loaded', () => {
    test('an instance, its type and a question are loaded with every field as saved', async () => {
      const target = newTarget();
      const { message } = await post(target, {
        content: 'Which port?\n\u{1F4A5} \u2028',
        isQuestion: true,
        agentType: ' Claude-Code ',
      });
      const { instance, messages } = await load(target);
      assert.deepEqual(messages, [message]);
      assert.deepEqual(instance, {
        id: target.agentInstanceId,
        agentType: { id: instance!.agentType.id, name: 'claude-code' },
        name: null,
        status: 'AWAITING_INPUT',
        startedAt: NOW,
        endedAt: null,
        failure: null,
        metadata: null,
        context: {},
        lastPosition: 1,
        stepCount: 0,
        lastReadMessageId: message.id,
        lease: { messageId: message.id, deliveries: 1 },
        untoldEndings: [],
        stop: null,
        lastHeartbeatAt: null,
        lastActivityAt: NOW,
        deletion: null,
        version: 1,
      });
    });

    test('a deletion is loaded as saved, and restoring removes it', async () => {
      const target = newTarget();
      await post(target, { isQuestion: true });
      await store().update(
        target,
        withoutRecord((conversation) => deleteInstance(conversation, { now: NOW })),
      );
      assertMatches((await load(target)).instance, {
        status: 'DELETED',
        deletion: { deletedAt: NOW, statusBefore: 'AWAITING_INPUT' },
      });
      await store().update(
        target,
        withoutRecord((conversation) => restoreInstance(conversation, { now: NOW })),
      );
      assertMatches((await load(target)).instance, { status: 'AWAITING_INPUT', deletion: null });
    });

    test('name, metadata, heartbeat and end are loaded as saved', async () => {
      const target = newTarget();
      const type = { id: newId<AgentTypeId>(), name: 'cron' };
      await store().update(
        { ...target, agentTypeName: 'cron' },
        withoutRecord((conversation) =>
          startAgentInstance(conversation, {
            id: target.agentInstanceId,
            agentType: type,
            name: 'nightly "build"',
            metadata: { transport: 'stdio' },
            now: NOW,
          }),
        ),
      );
      await store().update(
        target,
        withoutRecord((conversation) => heartbeat(conversation, { now: NOW })),
      );
      await store().update(
        target,
        withoutRecord((conversation) => endSession(conversation, { now: NOW, failure: 'no “disk”' })),
      );
      const { instance } = await load(target);
      assertMatches(instance, {
        agentType: type,
        name: 'nightly "build"',
        metadata: { transport: 'stdio' },
        status: 'COMPLETED',
        lastHeartbeatAt: NOW,
        endedAt: NOW,
        failure: 'no “disk”',
        version: 3,
      });
    });

    test('changed fields of earlier messages are loaded as saved', async () => {
      const target = newTarget();
      const { message: question } = await post(target, { isQuestion: true });
      const answer = await say(target, 'yes');
      const { messages } = await load(target, { messageId: question.id });
      assertIncludes(messages, { ...question, questionStatus: 'answered', answerId: answer.id });
      assertIncludes(messages, answer);
    });

    test('a step that was turned into a question is loaded as an open question', async () => {
      const target = newTarget();
      const { message } = await post(target);
      const changed = await store().update(
        { ...target, withQueuedMessages: true, messageId: message.id },
        withoutRecord((conversation) => requestUserInput(conversation, { messageId: message.id, now: NOW })),
      );
      assert.deepEqual((await load(target)).messages, [changed.message]);
    });
  });
}
