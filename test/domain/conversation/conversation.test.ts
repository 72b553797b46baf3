import { describe, expect, test } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import {
  applyChanges,
  type Changes,
  type Conversation,
  EMPTY_CONVERSATION,
  requireInstance,
} from '../../../src/domain/conversation/conversation.ts';
import { ConversationDraft } from '../../../src/domain/conversation/conversation-draft.ts';
import { DomainError } from '../../../src/domain/errors.ts';
import {
  aConversation,
  anAgentInstance,
  anAgentType,
  aQuestion,
  aQueuedMessage,
  aStep,
  instanceIdOf,
  messageIdOf,
  NOW,
  userIdOf,
} from '../../support/builders.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { refusalOf } from '../refusal-of.ts';
import { type RandomDecision, randomDecision } from './random-decisions.ts';

describe('applying changes', () => {
  const changes: Changes = {
    instance: anAgentInstance({ version: 2, lastPosition: 3 }),
    posted: [aStep({ position: 3 })],
    amended: [aQuestion({ position: 1, questionStatus: 'closed' })],
    gitDiff: null,
  };

  test('returns the conversation with the changes', () => {
    const queued = aQueuedMessage({ position: 2 });
    const before = aConversation([aQuestion({ position: 1 }), queued]);
    expect(applyChanges(before, changes)).toEqual({
      instance: changes.instance,
      agentType: anAgentType(),
      agentTypeCount: 0,
      openInstanceCount: 0,
      messages: [...changes.amended, queued, ...changes.posted],
    });
  });

  test('does not change the original conversation', () => {
    const before = aConversation([aQuestion({ position: 1 }), aQueuedMessage({ position: 2 })]);
    const copy = structuredClone(before);
    applyChanges(before, changes);
    expect(before).toEqual(copy);
  });

  test('of null returns the same conversation', () => {
    const before = aConversation([aStep()]);
    expect(applyChanges(before, null)).toBe(before);
  });
});

describe('decisions made one after another on applied changes', () => {
  const attempt = (decision: RandomDecision, conversation: Conversation) => {
    try {
      return decision.decide(conversation);
    } catch (error) {
      if (error instanceof DomainError) return { refused: error.code, changes: null };
      throw error;
    }
  };
  /** The changes without an order of the amended messages, because a store may write them in any order. */
  const written = (changes: Changes | null) =>
    changes && { ...changes, amended: changes.amended.toSorted((a, b) => a.position - b.position) };

  test.each(Array.from({ length: 40 }, (_, index) => 1_000 + index))(
    'give the same result as decisions on a freshly loaded conversation (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const repository = new InMemoryAgentInstanceRepository(new InProcessSignals());
      let conversation = EMPTY_CONVERSATION;
      for (let number = 1; number <= 60; number += 1) {
        const now = new Date(NOW.getTime() + number * 7_000);
        const decision = randomDecision(random, conversation, number, now);
        const applied = attempt(decision, conversation);
        await repository.update(
          { userId: userIdOf('ada'), agentInstanceId: instanceIdOf(1), ...decision.target },
          (loaded) => {
            const reloaded = attempt(decision, loaded);
            expect(
              { ...reloaded, changes: written(reloaded.changes) },
              `${number}: ${decision.name}`,
            ).toEqual({
              ...applied,
              changes: written(applied.changes),
            });
            return { output: null, changes: reloaded.changes, record: null };
          },
        );
        conversation = applyChanges(conversation, applied.changes);
      }
    },
  );
});

describe('a decision', () => {
  test('does not change the conversation that it was made from', () => {
    const random = new SeededRandom(7);
    for (let number = 1; number <= 300; number += 1) {
      const before = aConversation(
        [
          aStep({ position: 1 }),
          aQuestion({ position: 2, content: 'Deploy?' }),
          aQueuedMessage({ position: 3 }),
          aQueuedMessage({ position: 4 }),
        ],
        { lastReadMessageId: messageIdOf(random.pick([1, 2])) },
      );
      const copy = structuredClone(before);
      const decision = randomDecision(random, before, 100 + number, NOW);
      try {
        decision.decide(before);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
      }
      expect(before, decision.name).toEqual(copy);
    }
  });

  test('fails if the instance does not exist or was deleted', () => {
    expect(refusalOf(() => requireInstance(EMPTY_CONVERSATION)).code).toBe('agent_instance_not_found');
    expect(refusalOf(() => requireInstance(aConversation([], { status: 'DELETED' })))).toMatchObject({
      code: 'instance_deleted',
      field: 'agent_instance_id',
    });
    const conversation = aConversation([], { status: 'COMPLETED' });
    expect(requireInstance(conversation)).toBe(conversation.instance);
  });
});

describe('a conversation draft', () => {
  const said = {
    id: messageIdOf(2),
    senderType: 'USER',
    content: 'yes',
    metadata: null,
    requiresUserInput: false,
    questionStatus: null,
  } as const;

  test('writes a message that was posted and then amended only once, in its final state', () => {
    const draft = new ConversationDraft(anAgentInstance({ lastPosition: 1 }), [], NOW);
    const amended = draft.handOver(draft.post(said));
    expect(draft.changes()).toMatchObject({ posted: [amended], amended: [] });
    expect(amended).toMatchObject({ position: 2, readAt: NOW, readVersion: 2 });
  });

  test('writes a message that was amended twice only once, in its final state', () => {
    const question = aQuestion();
    const draft = new ConversationDraft(anAgentInstance({ lastPosition: 1 }), [question], NOW);
    draft.amend(draft.amend(question, { questionStatus: 'answered' }), { answerId: messageIdOf(2) });
    expect(draft.changes().amended).toEqual([
      { ...question, questionStatus: 'answered', answerId: messageIdOf(2) },
    ]);
  });

  test('keeps the stored git diff unless it is set', () => {
    const draft = new ConversationDraft(anAgentInstance(), [], NOW);
    expect(draft.changes().gitDiff).toBeUndefined();
    draft.setGitDiff(null);
    expect(draft.changes().gitDiff).toBeNull();
  });
});
