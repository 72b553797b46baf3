import assert from 'node:assert/strict';
import { startAgentInstance } from '../../domain/conversation/lifecycle.ts';
import { receiveUserMessage } from '../../domain/conversation/user-messages.ts';
import type { AgentInstanceId, AgentTypeId, MessageId } from '../../domain/ids.ts';
import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newId, newUser } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenStore } from './open-store.ts';
import { newTarget, testActionsIn } from './test-actions.ts';

export function racesToBeFirst({ test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { post, load } = testActionsIn(storeUnderTest);

  test('50 concurrent first messages of one agent type create it once', async () => {
    const userId = newUser();
    const targets = Array.from({ length: 50 }, () => ({
      userId,
      agentInstanceId: newId<AgentInstanceId>(),
    }));
    await Promise.all(
      targets.map((target, nth) =>
        post(target, { agentType: 'same' }, storeUnderTest().repositories[nth % 2 === 0 ? 0 : 1]),
      ),
    );
    const types = await Promise.all(
      targets.map(async (target) => (await load(target)).instance?.agentType.id),
    );
    assert.equal(new Set(types).size, 1);
  });

  test('of 20 concurrent answers to one question, one is stored; the others fail and get that answer', async () => {
    const target = newTarget();
    const { message: question } = await post(target, { isQuestion: true });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, nth) =>
        storeUnderTest().repositories[nth % 2 === 0 ? 0 : 1].update(
          { ...target, questionId: question.id },
          withoutRecord((conversation) =>
            receiveUserMessage(conversation, {
              content: `answer ${nth}`,
              markAsRead: false,
              inReplyTo: question.id,
              newMessageId: newId<MessageId>(),
              now: NOW,
            }),
          ),
        ),
      ),
    );
    const storedAnswers = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(storedAnswers.length, 1);
    for (const { reason } of failures) {
      assertMatches(reason, { code: 'already_answered', answer: storedAnswers[0]!.value });
    }
    const { messages } = await load(target, { questionId: question.id });
    assert.equal(messages.find(({ id }) => id === question.id)?.answerId, storedAnswers[0]!.value.id);
    assert.equal(messages.filter(({ senderType }) => senderType === 'USER').length, 1);
  });

  test('of two concurrent starts of one instance, one fails because the instance exists', async () => {
    const target = newTarget();
    const start = (repository: AgentInstanceRepository) =>
      repository.update(
        { ...target, agentTypeName: 'x' },
        withoutRecord((conversation) =>
          startAgentInstance(conversation, {
            id: target.agentInstanceId,
            agentType: { id: newId<AgentTypeId>(), name: 'x' },
            now: NOW,
          }),
        ),
      );
    const outcomes = await Promise.allSettled(storeUnderTest().repositories.map(start));
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });
}
