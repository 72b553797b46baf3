import { describe, expect, test } from 'vitest';
import { emptyConversation, withMessages } from '../../web/src/model/conversation.ts';
import { waitingOf } from '../../web/src/model/waiting.ts';
import { aMessage, anInstance, aQuestion, aShape } from './builders.ts';

const WAITING = anInstance({
  status: 'AWAITING_INPUT',
  latest_message: 'Meanwhile I read on.',
  latest_message_at: '2026-01-01T12:00:00.000Z',
});

describe('an agent waits', () => {
  test('for its oldest open question, since it asked that', () => {
    const conversation = withMessages(emptyConversation, [
      aQuestion(1, { content: 'Which? [YES/NO]', question: aShape({ text: 'Which?' }) }),
      aQuestion(2, { content: 'Who?', created_at: '2026-01-01T11:00:00.000Z' }),
      aMessage(3),
    ]);
    expect(waitingOf(WAITING, conversation)).toEqual({
      since: '2026-01-01T10:00:00.000Z',
      question: 'Which?',
    });
  });

  test('as far as is known since its latest message, while its questions are not loaded', () => {
    const expected = { since: '2026-01-01T12:00:00.000Z', question: 'Meanwhile I read on.' };
    expect(waitingOf(WAITING, undefined)).toEqual(expected);
    expect(waitingOf(WAITING, emptyConversation)).toEqual(expected);
  });

  test('for nothing while it works', () => {
    expect(waitingOf(anInstance(), undefined)).toBeNull();
  });
});
