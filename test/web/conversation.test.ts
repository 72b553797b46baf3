import { describe, expect, test } from 'vitest';
import {
  emptyConversation,
  hasReachedStart,
  openQuestions,
  withMessages,
  withOutcome,
  withStreamedMessage,
} from '../../web/src/model/conversation.ts';
import { aDelivery, aMessage, aQuestion, messages } from './builders.ts';

const positions = (conversation: { messages: readonly { position: number }[] }) =>
  conversation.messages.map(({ position }) => position);
const conversationOf = (first: number, last: number) =>
  withMessages(emptyConversation, messages(first, last));

describe('a conversation', () => {
  test('is sorted by position, in whatever order its messages arrive', () => {
    const read = withMessages(emptyConversation, messages(4, 6).reverse());
    expect(positions(withMessages(read, messages(1, 3)))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('holds each message once, however often it arrives', () => {
    expect(positions(withMessages(conversationOf(1, 3), messages(2, 5)))).toEqual([1, 2, 3, 4, 5]);
  });

  test('takes over the changes of a message', () => {
    const queued = withMessages(conversationOf(1, 1), [aMessage(2, { sender_type: 'USER' })]);
    const read = withMessages(queued, [
      aMessage(2, { sender_type: 'USER', read_at: '2026-01-01T10:01:00.000Z' }),
    ]);
    expect(read.messages[1]?.read_at).toBe('2026-01-01T10:01:00.000Z');
  });

  test('an event about a message keeps what is known of its notifications', () => {
    const [queued, sent] = [[aDelivery()], [aDelivery({ status: 'sent' })]];
    const read = withMessages(emptyConversation, [aQuestion(1, { deliveries: queued })]);
    const answered = withMessages(read, [aQuestion(1, { question_status: 'answered' })]);
    expect(answered.messages[0]).toMatchObject({ question_status: 'answered', deliveries: queued });
    const readAgain = withMessages(answered, [aQuestion(1, { deliveries: sent })]);
    expect(readAgain.messages[0]?.deliveries).toBe(sent);
  });

  test('an outdated response does not make a read message unread', () => {
    const read = withMessages(emptyConversation, [aMessage(1, { sender_type: 'USER', read_at: 'then' })]);
    expect(withMessages(read, [aMessage(1, { sender_type: 'USER' })]).messages[0]?.read_at).toBe('then');
  });

  test('an outdated response does not reopen a question', () => {
    const answered = withMessages(emptyConversation, [
      aQuestion(1, { question_status: 'answered', answer_id: 'a' }),
    ]);
    const message = withMessages(answered, [aQuestion(1)]).messages[0];
    expect(message).toMatchObject({ question_status: 'answered', answer_id: 'a' });
  });

  test.each(['answered', 'defaulted', 'expired', 'withdrawn', 'closed'] as const)(
    'an outdated response does not reopen a question that is %s',
    (status) => {
      const ended = withOutcome(
        withMessages(emptyConversation, [aQuestion(1)]),
        { question_id: 'message-1', status },
        null,
      );
      expect(withMessages(ended, [aQuestion(1)]).messages[0]?.question_status).toBe(status);
    },
  );

  test('the first known ending of a question counts', () => {
    const ended = withMessages(emptyConversation, [aQuestion(1, { question_status: 'defaulted' })]);
    const again = withOutcome(ended, { question_id: 'message-1', status: 'answered' }, 'a');
    expect(again.messages[0]).toMatchObject({ question_status: 'defaulted', answer_id: null });
  });

  test('a step that becomes a question is an open question', () => {
    const stepped = withMessages(emptyConversation, [aMessage(1)]);
    expect(openQuestions(withMessages(stepped, [aQuestion(1)]))).toEqual([aQuestion(1)]);
  });

  test('a streamed message that skips a position marks a gap, and is added only after the gap is filled', () => {
    const missed = withStreamedMessage(conversationOf(1, 3), aMessage(5));
    expect(missed.hasGap).toBe(true);
    expect(positions(missed)).toEqual([1, 2, 3]);
    const read = withMessages(missed, messages(3, 5));
    expect(read.hasGap).toBe(false);
    expect(positions(read)).toEqual([1, 2, 3, 4, 5]);
  });

  test('newer messages behind a gap replace the older ones', () => {
    expect(positions(withMessages(conversationOf(1, 3), messages(50, 60)))).toEqual(
      positions(conversationOf(50, 60)),
    );
  });

  test('older messages before a gap are not added', () => {
    expect(positions(withMessages(conversationOf(50, 60), messages(1, 10)))).toEqual(
      positions(conversationOf(50, 60)),
    );
  });

  test('has reached its start if it holds position 1, or if it is empty', () => {
    expect(hasReachedStart(conversationOf(2, 3))).toBe(false);
    expect(hasReachedStart(conversationOf(1, 3))).toBe(true);
    expect(hasReachedStart(emptyConversation)).toBe(true);
  });

  test('returns its open questions', () => {
    const asked = withMessages(emptyConversation, [
      aQuestion(1, { question_status: 'closed' }),
      aQuestion(2),
    ]);
    expect(openQuestions(asked).map(({ position }) => position)).toEqual([2]);
  });
});
