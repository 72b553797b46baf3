import { describe, expect, test } from 'vitest';
import { applyChanges, EMPTY_CONVERSATION } from '../../../../src/domain/conversation/conversation.ts';
import { readAnswer } from '../../../../src/domain/conversation/hand-off/read-answer.ts';
import {
  aConversation,
  aQuestion,
  aQueuedMessage,
  aReadMessage,
  aStep,
  BEFORE,
  messageIdOf,
  NOW,
} from '../../../support/builders.ts';
import { refusalOf } from '../../refusal-of.ts';

const QUESTION = messageIdOf(2);
const ask = { questionId: QUESTION, now: BEFORE };
const feedback = aReadMessage({ position: 1, readVersion: 3, content: 'by the way' });
const openQuestion = aQuestion({ position: 2, readVersion: 3 });
const answered = aQuestion({
  position: 2,
  readVersion: 3,
  questionStatus: 'answered',
  answerId: messageIdOf(3),
});
const reply = aQueuedMessage({ position: 3, content: 'yes' });

describe('reading the answer of a question', () => {
  test('that is open returns no answer but the feedback, and writes nothing', () => {
    const { output, changes } = readAnswer(aConversation([feedback, openQuestion], { version: 3 }), ask);
    expect(output).toEqual({
      question: openQuestion,
      status: 'open',
      answer: null,
      outcome: null,
      stop: null,
      isAnswerRepeated: false,
      feedback: [feedback],
      more: false,
      changedAt: openQuestion.createdAt,
      version: 3,
    });
    expect(changes).toBeNull();
  });

  test('that was closed returns no answer', () => {
    const closed = aQuestion({ position: 2, questionStatus: 'closed' });
    expect(readAnswer(aConversation([closed]), ask).output).toMatchObject({ status: 'closed', answer: null });
  });

  test('for the first time hands over the answer and nothing else', () => {
    const other = aQueuedMessage({ position: 4 });
    const conversation = aConversation([feedback, answered, reply, other], { version: 3 });
    const { output, changes } = readAnswer(conversation, { ...ask, now: NOW });
    const handedOver = { ...reply, readAt: NOW, readVersion: 4 };
    expect(output).toMatchObject({
      status: 'answered',
      answer: handedOver,
      isAnswerRepeated: false,
      feedback: [feedback],
      version: 4,
    });
    expect(changes).toMatchObject({
      instance: { lastReadMessageId: reply.id, lastActivityAt: NOW, version: 4 },
      posted: [],
      amended: [handedOver],
    });
  });

  test('again returns the same, marked as a repeat, and writes nothing', () => {
    const conversation = aConversation([feedback, answered, reply], { version: 3 });
    const first = readAnswer(conversation, ask);
    const second = readAnswer(applyChanges(conversation, first.changes), ask);
    expect(second.output).toEqual({ ...first.output, isAnswerRepeated: true });
    expect(second.changes).toBeNull();
  });

  test('counts as activity, which is recorded at most every 30 s', () => {
    const { changes, output } = readAnswer(aConversation([openQuestion], { version: 3 }), {
      ...ask,
      now: NOW,
    });
    expect(changes?.instance).toMatchObject({ lastActivityAt: NOW, version: 4 });
    expect(output.version).toBe(4);
  });

  test.each([
    ['an instance that does not exist', EMPTY_CONVERSATION, 'agent_instance_not_found'],
    ['a deleted instance', aConversation([openQuestion], { status: 'DELETED' }), 'instance_deleted'],
    ['a message that does not exist', aConversation([]), 'question_not_found'],
    ['a step', aConversation([aStep({ position: 2 })]), 'question_not_found'],
    ['a user message', aConversation([aQueuedMessage({ position: 2 })]), 'question_not_found'],
  ])('of %s is refused', (_, conversation, code) => {
    expect(refusalOf(() => readAnswer(conversation, ask)).code).toBe(code);
  });
});
