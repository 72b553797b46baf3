import { describe, expect, test } from 'vitest';
import { buildTimeline } from '../../web/src/model/timeline-entries.ts';
import type { Message } from '../../web/src/model/wire.ts';
import { aMessage, anOutboxMessage, aQuestion, aRefusal } from './builders.ts';

describe('the timeline', () => {
  test('ends with the messages of the outbox', () => {
    const entries = buildTimeline([aMessage(1)], [anOutboxMessage()]);
    expect(entries.map(({ kind }) => kind)).toEqual(['message', 'outgoing']);
  });

  test('shows a message once if the stream delivers it before its own request is answered', () => {
    const arrived = aMessage(2, { sender_type: 'USER', content: 'Yes' });
    const entries = buildTimeline([aMessage(1), arrived], [anOutboxMessage({ after: 1 })]);
    expect(entries.map(({ kind }) => kind)).toEqual(['message', 'message']);
  });

  test('does not confuse an outbox message with an earlier message of the same text', () => {
    const before = aMessage(1, { sender_type: 'USER', content: 'Yes' });
    const entries = buildTimeline([before], [anOutboxMessage({ after: 1 })]);
    expect(entries.map(({ kind }) => kind)).toEqual(['message', 'outgoing']);
  });

  test('marks the first entry of each day, and the messages that are answers', () => {
    const entries = buildTimeline(
      [
        aQuestion(1, { answer_id: 'message-2' }),
        aMessage(2, { sender_type: 'USER' }),
        aMessage(3, { created_at: '2026-01-03T10:00:00.000Z' }),
      ],
      [],
    );
    expect(entries.map(({ day }) => day !== null)).toEqual([true, false, true]);
    expect(entries.map((entry) => entry.kind === 'message' && entry.isAnswer)).toEqual([false, true, false]);
  });

  test('gives a question its answer, and an answer its question', () => {
    const question = aQuestion(1, { question_status: 'answered', answer_id: 'message-2' });
    const answerTo = { question_id: 'message-1', values: null, form: null, decided_by: 'person', via: null };
    const answer = aMessage(2, { sender_type: 'USER', answer_to: answerTo as Message['answer_to'] });
    const entries = buildTimeline([question, answer], []);
    expect(entries.map((entry) => entry.kind === 'message' && entry.counterpart?.id)).toEqual([
      'message-2',
      'message-1',
    ]);
  });

  test('does not confuse the same answers of two questions', () => {
    const answerTo = { question_id: 'other', values: null, form: null, decided_by: 'person', via: null };
    const arrived = aMessage(2, {
      sender_type: 'USER',
      content: 'Yes',
      answer_to: answerTo as Message['answer_to'],
    });
    const entries = buildTimeline([arrived], [anOutboxMessage({ inReplyTo: 'message-1' })]);
    expect(entries.map(({ kind }) => kind)).toEqual(['message', 'outgoing']);
  });

  test('shows a refused form only when its question is over: until then it can be corrected', () => {
    const refused = anOutboxMessage({
      form: {},
      inReplyTo: 'message-1',
      refusal: aRefusal({ code: 'answer_does_not_fit' }),
    });
    expect(buildTimeline([aQuestion(1)], [refused])).toHaveLength(1);
    expect(buildTimeline([aQuestion(1, { question_status: 'expired' })], [refused])).toHaveLength(2);
  });
});
