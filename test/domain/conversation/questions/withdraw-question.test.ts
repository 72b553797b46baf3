import { describe, expect, test } from 'vitest';
import {
  applyChanges,
  type Conversation,
  EMPTY_CONVERSATION,
} from '../../../../src/domain/conversation/conversation.ts';
import { readAnswer } from '../../../../src/domain/conversation/hand-off/read-answer.ts';
import type { Message } from '../../../../src/domain/conversation/message.ts';
import { withdrawQuestion } from '../../../../src/domain/conversation/question-endings.ts';
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

const request = { questionId: messageIdOf(1), now: NOW };
const withdraw = (conversation: Conversation) => withdrawQuestion(conversation, request);

const asked = (fields: Partial<Message> = {}, others: readonly Message[] = []) =>
  aConversation([aQuestion(fields), ...others], { status: 'AWAITING_INPUT', version: 5 });

describe('withdrawing a question', () => {
  test('ends it without an answer, is activity of the agent, and tells the agent nothing new', () => {
    const before = asked();
    const question = { ...before.messages[0], questionStatus: 'withdrawn' };
    expect(withdraw(before)).toEqual({
      output: question,
      changes: {
        instance: { ...before.instance, status: 'ACTIVE', lastActivityAt: NOW, version: 6 },
        posted: [],
        amended: [question],
        gitDiff: undefined,
      },
    });
  });

  test('ends the waits for its answer with that outcome', () => {
    const after = applyChanges(asked(), withdraw(asked()).changes);
    expect(readAnswer(after, request).output).toMatchObject({
      status: 'withdrawn',
      answer: null,
      outcome: { status: 'withdrawn', decidedBy: null },
    });
  });

  test('keeps the instance waiting while another question is open', () => {
    const { changes } = withdraw(asked({}, [aQuestion({ position: 2 })]));
    expect(changes?.instance.status).toBe('AWAITING_INPUT');
    expect(changes?.amended).toHaveLength(1);
  });

  test('again returns it and changes nothing', () => {
    const withdrawn = aConversation([aQuestion({ questionStatus: 'withdrawn' })], { lastActivityAt: NOW });
    expect(withdraw(withdrawn)).toEqual({ output: withdrawn.messages[0], changes: null });
  });

  test('again still notes that the agent was told to stop', () => {
    const stop = { reason: null, requestedAt: BEFORE, seenAt: null };
    const { changes } = withdraw(aConversation([aQuestion({ questionStatus: 'withdrawn' })], { stop }));
    expect(changes).toMatchObject({ amended: [], instance: { stop: { seenAt: NOW } } });
  });

  test.each(['expired', 'closed'] as const)('is refused if it has %s', (questionStatus) => {
    expect(refusalOf(() => withdraw(asked({ questionStatus })))).toMatchObject({
      code: 'question_over',
      field: 'question_id',
      outcome: { status: questionStatus },
      answer: null,
    });
  });

  test.each(['answered', 'defaulted'] as const)(
    'is refused if it is %s, with the answer',
    (questionStatus) => {
      const answer = aQueuedMessage({ position: 2 });
      expect(
        refusalOf(() => withdraw(asked({ questionStatus, answerId: answer.id }, [answer]))),
      ).toMatchObject({
        code: 'already_answered',
        field: 'question_id',
        outcome: { status: questionStatus },
        answer,
      });
    },
  );

  test.each<[string, Conversation, string]>([
    ['no message', aConversation(), 'question_not_found'],
    ['a step', aConversation([aStep()]), 'question_not_found'],
    ['a user message', aConversation([aQueuedMessage()]), 'question_not_found'],
    ['a question of a gone instance', EMPTY_CONVERSATION, 'agent_instance_not_found'],
    [
      'a question of a deleted instance',
      aConversation([aQuestion()], { status: 'DELETED' }),
      'instance_deleted',
    ],
  ])('is refused for %s', (_, conversation, code) => {
    expect(refusalOf(() => withdraw(conversation)).code).toBe(code);
  });
});
