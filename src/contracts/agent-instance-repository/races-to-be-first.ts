import assert from 'node:assert/strict';
import { startAgentInstance } from '../../domain/conversation/lifecycle.ts';
import { receiveUserMessage } from '../../domain/conversation/user-messages.ts';
import type { AgentInstanceId, AgentTypeId, MessageId } from '../../domain/ids.ts';
import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';
import { assertMatches } from '../assertions.ts';
import { decided } from '../decided.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newId, someone } from '../valid-values.ts';
import { conversationsIn, someInstance } from './conversations.ts';
import type { OpenStore } from './open-store.ts';

export function racesToBeFirst({ test }: TestRunner, open: () => OpenStore): void {
  const { post, look } = conversationsIn(open);

  test('50 concurrent creators of one agent type end up with one', async () => {
    const userId = someone();
    const targets = Array.from({ length: 50 }, () => ({
      userId,
      agentInstanceId: newId<AgentInstanceId>(),
    }));
    await Promise.all(
      targets.map((target, nth) =>
        post(target, { agentType: 'same' }, open().repositories[nth % 2 === 0 ? 0 : 1]),
      ),
    );
    const types = await Promise.all(
      targets.map(async (target) => (await look(target)).instance?.agentType.id),
    );
    assert.equal(new Set(types).size, 1);
  });

  test('of 20 people who answer one question at once one wins, and the others are told with what', async () => {
    const target = someInstance();
    const { message: question } = await post(target, { isQuestion: true });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, nth) =>
        open().repositories[nth % 2 === 0 ? 0 : 1].update(
          { ...target, question: question.id },
          decided((conversation) =>
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
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(won.length, 1);
    for (const { reason } of lost) {
      assertMatches(reason, { code: 'already_answered', answer: won[0]!.value });
    }
    const { messages } = await look(target, { question: question.id });
    assert.equal(messages.find(({ id }) => id === question.id)?.answerId, won[0]!.value.id);
    assert.equal(messages.filter(({ senderType }) => senderType === 'USER').length, 1);
  });

  test('two concurrent starts of one instance: one is told that it exists', async () => {
    const target = someInstance();
    const start = (repository: AgentInstanceRepository) =>
      repository.update(
        { ...target, agentTypeName: 'x' },
        decided((conversation) =>
          startAgentInstance(conversation, {
            id: target.agentInstanceId,
            agentType: { id: newId<AgentTypeId>(), name: 'x' },
            now: NOW,
          }),
        ),
      );
    const outcomes = await Promise.allSettled(open().repositories.map(start));
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });
}
