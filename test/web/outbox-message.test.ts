import { describe, expect, test } from 'vitest';
import {
  answerBody,
  classifyFailure,
  firstUnsentMessages,
  isToBeCorrected,
} from '../../web/src/model/storage/outbox-message.ts';
import { aMessage, anOutboxMessage, aRefusal } from './builders.ts';

describe('the outbox', () => {
  test('sends the messages of one instance one after the other, and those of several instances at once', () => {
    const next = firstUnsentMessages([
      anOutboxMessage({ idempotencyKey: '1' }),
      anOutboxMessage({ idempotencyKey: '2' }),
      anOutboxMessage({ idempotencyKey: '3', instanceId: 'two' }),
    ]);
    expect(next.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['1', '3']);
  });

  test('sends the next message although the server has refused one', () => {
    const refusal = aRefusal();
    const next = firstUnsentMessages([
      anOutboxMessage({ idempotencyKey: '1', refusal }),
      anOutboxMessage({ idempotencyKey: '2' }),
    ]);
    expect(next.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['2']);
  });
});

describe('a failed attempt to send', () => {
  const problem = (status: number, code = 'x') => ({ status, code, detail: 'why' });

  test.each([
    null,
    problem(500),
    problem(503),
    problem(429),
    problem(408),
    problem(409, 'idempotency_in_flight'),
  ])('is temporary if the response is %j', (response) => {
    expect(classifyFailure(response)).toBe('temporary');
  });

  test('waits for a sign-in if the user is signed out', () => {
    expect(classifyFailure(problem(401))).toBe('signed-out');
  });

  test('is a refusal with the existing answer if the question was answered before', () => {
    const answer = aMessage(2, { sender_type: 'USER' });
    expect(classifyFailure({ ...problem(409, 'already_answered'), answer })).toEqual({
      code: 'already_answered',
      detail: 'why',
      answer,
      outcome: null,
      errors: [],
    });
  });

  test('is a refusal with what is wrong with each field of a form', () => {
    const errors = [{ path: 'form.port', message: 'is required' }];
    expect(classifyFailure({ ...problem(422, 'answer_does_not_fit'), errors })).toMatchObject({ errors });
  });
});

describe('the body of an answer', () => {
  test.each([
    ['a text', {}, { content: 'Yes' }],
    ['values', { values: ['y'] }, { values: ['y'] }],
    ['no values, although some could be chosen', { values: [] }, { values: [] }],
    ['a form', { form: { port: 80 } }, { form: { port: 80 } }],
  ])('has %s, and says that the page sends it', (_, change, body) => {
    expect(answerBody(anOutboxMessage(change))).toEqual({ ...body, via: 'page' });
  });
});

test.each([
  ['a form that does not fit', { form: {} }, 'answer_does_not_fit', true],
  ['a form that comes too late', { form: {} }, 'question_over', false],
  ['a text that does not fit', {}, 'answer_does_not_fit', false],
])('the user has to correct %s: %#', (_, change, code, expected) => {
  expect(isToBeCorrected(anOutboxMessage({ ...change, refusal: aRefusal({ code }) }))).toBe(expected);
});
