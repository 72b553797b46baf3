import { describe, expect, test } from 'vitest';
import type { AnswerTo, QuestionStatus } from '../../../../src/domain/conversation/message.ts';
import { outcomeOf, outcomesAnsweredBy } from '../../../../src/domain/conversation/outcome.ts';
import { aQuestion, aQueuedMessage, aStep, messageIdOf, NOW } from '../../../support/builders.ts';

const QUESTION = messageIdOf(1);
const answerTo: AnswerTo = {
  questionId: QUESTION,
  values: ['y'],
  form: null,
  decidedBy: 'person',
  via: 'page',
};
const answered = (questionStatus: QuestionStatus) => aQuestion({ questionStatus, answerId: messageIdOf(2) });
const answer = (fields: Partial<AnswerTo> = {}) =>
  aQueuedMessage({ position: 2, createdAt: NOW, answerTo: { ...answerTo, ...fields } });

describe('the outcome of a question', () => {
  test.each([aStep(), aQuestion()])('is null for a step, and while the question is open (%j)', (message) => {
    expect(outcomeOf(message, null)).toBeNull();
  });

  test('that was answered says how, by whom and when', () => {
    expect(outcomeOf(answered('answered'), answer())).toEqual({
      questionId: QUESTION,
      status: 'answered',
      values: ['y'],
      form: null,
      decidedBy: 'person',
      via: 'page',
      answeredAt: NOW,
    });
  });

  test('that was filled in has the form', () => {
    const form = { port: 80 };
    expect(outcomeOf(answered('answered'), answer({ values: null, form }))).toMatchObject({
      values: null,
      form,
    });
  });

  test('that got its default answer was decided by nobody but the default', () => {
    const byDefault = answer({ decidedBy: 'default', via: null });
    expect(outcomeOf(answered('defaulted'), byDefault)).toMatchObject({
      status: 'defaulted',
      values: ['y'],
      decidedBy: 'default',
      via: null,
      answeredAt: NOW,
    });
  });

  test('whose answer was stored without details is a plain text of the person', () => {
    const old = aQueuedMessage({ position: 2, createdAt: NOW });
    expect(outcomeOf(answered('answered'), old)).toEqual({
      questionId: QUESTION,
      status: 'answered',
      values: null,
      form: null,
      decidedBy: 'person',
      via: null,
      answeredAt: NOW,
    });
  });

  test.each(['expired', 'withdrawn', 'closed'] as const)('that was %s has no answer', (questionStatus) => {
    expect(outcomeOf(aQuestion({ questionStatus }), null)).toEqual({
      questionId: QUESTION,
      status: questionStatus,
      values: null,
      form: null,
      decidedBy: null,
      via: null,
      answeredAt: null,
    });
  });
});

test('messages tell the outcomes of the questions that they answer, in their order, and nothing else', () => {
  const other = answer({ questionId: messageIdOf(7), values: null, decidedBy: 'default', via: null });
  const messages = [aQueuedMessage({ position: 3 }), other, answer()];
  expect(outcomesAnsweredBy(messages)).toEqual([
    outcomeOf(aQuestion({ position: 7, questionStatus: 'defaulted' }), other),
    outcomeOf(answered('answered'), answer()),
  ]);
});
