import { describe, expect, test } from 'vitest';
import { type Conversation, EMPTY_CONVERSATION } from '../../../../src/domain/conversation/conversation.ts';
import type { Message } from '../../../../src/domain/conversation/message.ts';
import { postponeDeadline } from '../../../../src/domain/conversation/question-endings.ts';
import {
  aConversation,
  aQuestion,
  aQueuedMessage,
  aStep,
  BEFORE,
  messageIdOf,
  NOW,
} from '../../../support/builders.ts';
import { refusalOf } from '../../refusal-of.ts';

const LATER = new Date(NOW.getTime() + 60_000);

const postpone = (conversation: Conversation, expiresAt = LATER) =>
  postponeDeadline(conversation, { questionId: messageIdOf(1), expiresAt, now: NOW });

const asked = (fields: Partial<Message> = {}, others: readonly Message[] = []) =>
  aConversation([aQuestion({ expiresAt: NOW, ...fields }), ...others], {
    status: 'AWAITING_INPUT',
    version: 5,
  });

describe('postponing a deadline', () => {
  test.each([
    ['later', LATER],
    ['earlier', BEFORE],
  ])('makes it %s and changes nothing else', (_, expiresAt) => {
    const before = asked();
    const question = { ...before.messages[0], expiresAt };
    expect(postpone(before, expiresAt)).toEqual({
      output: question,
      changes: {
        instance: { ...before.instance, version: 6 },
        posted: [],
        amended: [question],
        gitDiff: undefined,
      },
    });
  });

  test('is refused where the agent set no deadline', () => {
    expect(refusalOf(() => postpone(asked({ expiresAt: null }))).code).toBe('question_without_deadline');
  });

  test.each(['expired', 'withdrawn', 'closed'] as const)(
    'is refused if the question is %s',
    (questionStatus) => {
      expect(refusalOf(() => postpone(asked({ questionStatus })))).toMatchObject({
        code: 'question_over',
        field: 'question_id',
        outcome: { status: questionStatus },
        answer: null,
      });
    },
  );

  test.each(['answered', 'defaulted'] as const)('is refused if the question is %s', (questionStatus) => {
    const answer = aQueuedMessage({ position: 2 });
    const conversation = asked({ questionStatus, answerId: answer.id }, [answer]);
    expect(refusalOf(() => postpone(conversation))).toMatchObject({
      code: 'already_answered',
      field: 'question_id',
      outcome: { status: questionStatus },
      answer,
    });
  });

  test.each<[string, Conversation, string]>([
    ['no message', aConversation(), 'question_not_found'],
    ['a step', aConversation([aStep()]), 'question_not_found'],
    ['a question of a gone instance', EMPTY_CONVERSATION, 'agent_instance_not_found'],
    [
      'a question of a deleted instance',
      aConversation([aQuestion()], { status: 'DELETED' }),
      'instance_deleted',
    ],
  ])('is refused for %s', (_, conversation, code) => {
    expect(refusalOf(() => postpone(conversation)).code).toBe(code);
  });
});
