import { describe, expect, test } from 'vitest';
import { queueOf, wouldAnswerAnother } from '../../../web/src/model/question/question-queue.ts';
import { aQuestion, aShape } from '../builders.ts';

const [OLDEST, MIDDLE, NEWEST] = [aQuestion(1), aQuestion(2), aQuestion(3)];

const queue = (change: Partial<Parameters<typeof queueOf>[0]>) =>
  queueOf({
    open: [OLDEST, MIDDLE, NEWEST],
    idsBeingAnswered: new Set(),
    chosenId: null,
    isOnline: true,
    ...change,
  });

const beingAnswered = (...questions: { readonly id: string }[]) => new Set(questions.map(({ id }) => id));

describe('of several open questions', () => {
  test('the oldest is answered first', () => {
    expect(queue({})).toMatchObject({ question: OLDEST, isSending: false });
  });

  test('the user can choose another', () => {
    expect(queue({ chosenId: NEWEST.id }).question).toBe(NEWEST);
  });

  test('a chosen one that has ended gives way to the oldest', () => {
    expect(queue({ chosenId: 'ended' }).question).toBe(OLDEST);
  });

  test('the shown one stays while its answer is sent, so that a second tap does not answer the next', () => {
    const sending = { chosenId: OLDEST.id, idsBeingAnswered: beingAnswered(OLDEST) };
    expect(queue(sending)).toMatchObject({ question: OLDEST, isSending: true });
  });

  test('the next one follows at once while there is no connection', () => {
    const sending = { chosenId: OLDEST.id, idsBeingAnswered: beingAnswered(OLDEST), isOnline: false };
    expect(queue(sending)).toMatchObject({ question: MIDDLE, isSending: false });
  });

  test('none is left when all answers are on their way', () => {
    const idsBeingAnswered = beingAnswered(OLDEST, MIDDLE, NEWEST);
    expect(queue({ idsBeingAnswered, isOnline: false }).question).toBeNull();
  });
});

describe('a text that is no answer of the shown question', () => {
  const form = aQuestion(1, { question: aShape({ form: { type: 'object', properties: {} } }) });

  test('would answer another question beside a form', () => {
    expect(wouldAnswerAnother({ question: form, isSending: false, open: [form, MIDDLE] })).toBe(true);
  });

  test('is a message beside a form alone, because only the form answers it', () => {
    expect(wouldAnswerAnother({ question: form, isSending: false, open: [form] })).toBe(false);
  });

  test('does not exist where a text answers the question', () => {
    expect(wouldAnswerAnother({ question: MIDDLE, isSending: false, open: [form, MIDDLE] })).toBe(false);
  });
});
