import { describe, expect, test } from 'vitest';
import { buildTimeline } from '../../web/src/model/timeline-entries.ts';
import { aMessage, anOutboxMessage, aQuestion } from './builders.ts';

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
});
