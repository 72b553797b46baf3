import { describe, expect, test } from 'vitest';
import {
  emptyConversation,
  hasReachedStart,
  openQuestions,
  withMessages,
  withStreamedMessage,
} from '../../web/src/model/conversation.ts';
import { aMessage, aQuestion, messages } from './builders.ts';

const positions = (conversation: { messages: readonly { position: number }[] }) =>
  conversation.messages.map(({ position }) => position);
const holding = (first: number, last: number) => withMessages(emptyConversation, messages(first, last));

describe('a conversation', () => {
  test('is in the order of positions, however its messages arrive', () => {
    const read = withMessages(emptyConversation, messages(4, 6).reverse());
    expect(positions(withMessages(read, messages(1, 3)))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('holds a message once, however often it is told', () => {
    expect(positions(withMessages(holding(1, 3), messages(2, 5)))).toEqual([1, 2, 3, 4, 5]);
  });

  test('takes over what has changed in a message', () => {
    const queued = withMessages(holding(1, 1), [aMessage(2, { sender_type: 'USER' })]);
    const read = withMessages(queued, [
      aMessage(2, { sender_type: 'USER', read_at: '2026-01-01T10:01:00.000Z' }),
    ]);
    expect(read.messages[1]?.read_at).toBe('2026-01-01T10:01:00.000Z');
  });

  test('an older page does not take back a hand-over', () => {
    const read = withMessages(emptyConversation, [aMessage(1, { sender_type: 'USER', read_at: 'then' })]);
    expect(withMessages(read, [aMessage(1, { sender_type: 'USER' })]).messages[0]?.read_at).toBe('then');
  });

  test('an older page does not open a question again', () => {
    const answered = withMessages(emptyConversation, [
      aQuestion(1, { question_status: 'answered', answer_id: 'a' }),
    ]);
    const message = withMessages(answered, [aQuestion(1)]).messages[0];
    expect(message).toMatchObject({ question_status: 'answered', answer_id: 'a' });
  });

  test('a step that becomes a question is one from then on', () => {
    const stepped = withMessages(emptyConversation, [aMessage(1)]);
    expect(openQuestions(withMessages(stepped, [aQuestion(1)]))).toEqual([aQuestion(1)]);
  });

  test('a streamed message that skips a position tells of a gap, and is not shown before it is closed', () => {
    const missed = withStreamedMessage(holding(1, 3), aMessage(5));
    expect(missed.hasGap).toBe(true);
    expect(positions(missed)).toEqual([1, 2, 3]);
    const read = withMessages(missed, messages(3, 5));
    expect(read.hasGap).toBe(false);
    expect(positions(read)).toEqual([1, 2, 3, 4, 5]);
  });

  test('a page beyond a hole replaces what was there: the newest is what counts', () => {
    expect(positions(withMessages(holding(1, 3), messages(50, 60)))).toEqual(positions(holding(50, 60)));
  });

  test('a page below a hole is not taken in', () => {
    expect(positions(withMessages(holding(50, 60), messages(1, 10)))).toEqual(positions(holding(50, 60)));
  });

  test('reaches its start with the first position, or when there is nothing', () => {
    expect(hasReachedStart(holding(2, 3))).toBe(false);
    expect(hasReachedStart(holding(1, 3))).toBe(true);
    expect(hasReachedStart(emptyConversation)).toBe(true);
  });

  test('knows its open questions', () => {
    const asked = withMessages(emptyConversation, [
      aQuestion(1, { question_status: 'closed' }),
      aQuestion(2),
    ]);
    expect(openQuestions(asked).map(({ position }) => position)).toEqual([2]);
  });
});
