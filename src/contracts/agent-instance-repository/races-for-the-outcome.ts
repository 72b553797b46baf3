import assert from 'node:assert/strict';
import { endSession } from '../../domain/conversation/lifecycle.ts';
import type { Message } from '../../domain/conversation/message.ts';
import {
  endAtDeadline,
  postponeDeadline,
  withdrawQuestion,
} from '../../domain/conversation/question-endings.ts';
import { receiveUserMessage } from '../../domain/conversation/user-messages.ts';
import type { MessageId } from '../../domain/ids.ts';
import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW, newId } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenStore } from './open-store.ts';
import { type InstanceTarget, newTarget, testActionsIn } from './test-actions.ts';

const ROUNDS = 10;
const LATER = msAfterNow(60_000);

interface OpenQuestion extends InstanceTarget {
  readonly questionId: MessageId;
}

/**
 * Tries to end or to postpone a question whose time is over. Rejects if the question has ended before, and
 * else returns what must be stored of the question then.
 */
type Contender = (question: OpenQuestion, repository: AgentInstanceRepository) => Promise<Partial<Message>>;

const answer: Contender = async ({ questionId, ...target }, repository) => {
  const fields = { content: 'yes', markAsRead: false, inReplyTo: questionId, now: NOW };
  const { id } = await repository.update(
    { ...target, questionId },
    withoutRecord((conversation) =>
      receiveUserMessage(conversation, { ...fields, newMessageId: newId<MessageId>() }),
    ),
  );
  return { questionStatus: 'answered', answerId: id };
};

const withdrawal: Contender = async ({ questionId, ...target }, repository) => {
  await repository.update(
    { ...target, questionId },
    withoutRecord((conversation) => withdrawQuestion(conversation, { questionId, now: NOW })),
  );
  return { questionStatus: 'withdrawn', answerId: null };
};

const postponement: Contender = async ({ questionId, ...target }, repository) => {
  await repository.update(
    { ...target, questionId },
    withoutRecord((conversation) =>
      postponeDeadline(conversation, { questionId, expiresAt: LATER, now: NOW }),
    ),
  );
  return { questionStatus: 'open', expiresAt: LATER };
};

const deadline: Contender = async ({ questionId, ...target }, repository) => {
  const fields = { questionId, newMessageId: newId<MessageId>(), now: NOW };
  await repository.update(
    target,
    withoutRecord((conversation) => endAtDeadline(conversation, fields)),
  );
  return {};
};

const endOfSession: Contender = async ({ questionId: _, ...target }, repository) => {
  await repository.update(
    target,
    withoutRecord((conversation) => endSession(conversation, { now: NOW })),
  );
  return {};
};

const RACES: readonly (readonly [name: string, ...contenders: Contender[]])[] = [
  ['the deadline against an answer', deadline, answer],
  ['a withdrawal against an answer', withdrawal, answer],
  ['the deadline against a withdrawal', deadline, withdrawal],
  ['the deadline against the end of the session', deadline, endOfSession],
  ['the deadline in two processes', deadline, deadline],
  ['the deadline against its postponement', deadline, postponement],
  ['two answers against the deadline', answer, deadline, answer],
];

const ENDINGS = { 'without a default answer': null, 'with a default answer': 'go on' } as const;

export function racesForTheOutcome({ test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { post, readQuestion, load } = testActionsIn(storeUnderTest);

  /** Returns the question and the messages of the user, as another process loads them. */
  const loadEnded = async ({ questionId, ...target }: OpenQuestion) => {
    const { messages } = await load(target, { questionId });
    const byUser = messages.filter(({ senderType }) => senderType === 'USER');
    return { question: messages.find(({ id }) => id === questionId)!, byUser };
  };

  const race = async (contenders: readonly Contender[], defaultAnswer: string | null) => {
    const target = newTarget();
    const shape = defaultAnswer === null ? null : { choice: null, form: null, defaultAnswer, markup: '' };
    const { message } = await post(target, { isQuestion: true, expiresAt: NOW, shape });
    const question = { ...target, questionId: message.id };
    const { repositories } = storeUnderTest();
    const results = await Promise.allSettled(
      contenders.map((contend, nth) => contend(question, repositories[nth % 2]!)),
    );
    const stored = await loadEnded(question);
    const reads = await Promise.all(
      repositories.map((repository) => readQuestion(target, question.questionId, repository)),
    );
    return { results, reads, ...stored };
  };

  for (const [name, ...contenders] of RACES) {
    for (const [how, defaultAnswer] of Object.entries(ENDINGS)) {
      test(`${name}, ${how}: one wins, and all others learn how the question ended`, async () => {
        for (let round = 0; round < ROUNDS; round += 1) {
          const inTurn = round % 2 === 0 ? contenders : contenders.toReversed();
          const { results, reads, question, byUser } = await race(inTurn, defaultAnswer);
          const [read] = reads;
          for (const { outcome } of reads) assert.deepEqual(outcome, read!.outcome);
          assert.equal(byUser.length, question.answerId === null ? 0 : 1);
          for (const result of results) {
            if (result.status === 'fulfilled') assertMatches(question, result.value);
            else {
              const { code, outcome } = result.reason;
              assert.equal(code, question.answerId === null ? 'question_over' : 'already_answered');
              assert.deepEqual(outcome, read!.outcome);
            }
          }
        }
      });
    }
  }
}
