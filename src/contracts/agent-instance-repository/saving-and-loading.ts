import assert from 'node:assert/strict';
import { requestUserInput } from '../../domain/conversation/agent-messages.ts';
import {
  deleteInstance,
  endSession,
  heartbeat,
  restoreInstance,
  startAgentInstance,
} from '../../domain/conversation/lifecycle.ts';
import type { AgentTypeId } from '../../domain/ids.ts';
import { assertIncludes, assertMatches } from '../assertions.ts';
import { decided } from '../decided.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newId } from '../valid-values.ts';
import { conversationsIn, someInstance } from './conversations.ts';
import type { OpenStore } from './open-store.ts';

export function savingAndLoading({ describe, test }: TestRunner, open: () => OpenStore): void {
  const { store, post, say, look } = conversationsIn(open);

  describe('what is saved is what is loaded', () => {
    test('an instance, its type and a question come back field by field', async () => {
      const target = someInstance();
      const { message } = await post(target, {
        content: 'Which port?\n\u{1F4A5} \u2028',
        isQuestion: true,
        agentType: ' Claude-Code ',
      });
      const { instance, messages } = await look(target);
      assert.deepEqual(messages, [message]);
      assert.deepEqual(instance, {
        id: target.agentInstanceId,
        agentType: { id: instance!.agentType.id, name: 'claude-code' },
        name: null,
        status: 'AWAITING_INPUT',
        startedAt: NOW,
        endedAt: null,
        metadata: null,
        lastPosition: 1,
        stepCount: 0,
        lastReadMessageId: message.id,
        lastHeartbeatAt: null,
        lastActivityAt: NOW,
        deletion: null,
        version: 1,
      });
    });

    test('a deletion comes back, and is gone when it is restored', async () => {
      const target = someInstance();
      await post(target, { isQuestion: true });
      await store().update(
        target,
        decided((conversation) => deleteInstance(conversation, { now: NOW })),
      );
      assertMatches((await look(target)).instance, {
        status: 'DELETED',
        deletion: { deletedAt: NOW, statusBefore: 'AWAITING_INPUT' },
      });
      await store().update(
        target,
        decided((conversation) => restoreInstance(conversation, { now: NOW })),
      );
      assertMatches((await look(target)).instance, { status: 'AWAITING_INPUT', deletion: null });
    });

    test('name, metadata, heartbeat and end come back too', async () => {
      const target = someInstance();
      const type = { id: newId<AgentTypeId>(), name: 'cron' };
      await store().update(
        { ...target, agentTypeName: 'cron' },
        decided((conversation) =>
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
        decided((conversation) => heartbeat(conversation, { now: NOW })),
      );
      await store().update(
        target,
        decided((conversation) => endSession(conversation, { now: NOW })),
      );
      const { instance } = await look(target);
      assertMatches(instance, {
        agentType: type,
        name: 'nightly "build"',
        metadata: { transport: 'stdio' },
        status: 'COMPLETED',
        lastHeartbeatAt: NOW,
        endedAt: NOW,
        version: 3,
      });
    });

    test('amended fields of earlier messages come back', async () => {
      const target = someInstance();
      const { message: question } = await post(target, { isQuestion: true });
      const answer = await say(target, 'yes');
      const { messages } = await look(target, { message: question.id });
      assertIncludes(messages, { ...question, questionStatus: 'answered', answerId: answer.id });
      assertIncludes(messages, answer);
    });

    test('a step turned into a question is an open question from then on', async () => {
      const target = someInstance();
      const { message } = await post(target);
      const changed = await store().update(
        { ...target, queue: true, message: message.id },
        decided((conversation) => requestUserInput(conversation, { messageId: message.id, now: NOW })),
      );
      assert.deepEqual((await look(target)).messages, [changed.message]);
    });
  });
}
