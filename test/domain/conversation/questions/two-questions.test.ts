import { expect, test } from 'vitest';
import {
  applyChanges,
  type Changes,
  type Conversation,
} from '../../../../src/domain/conversation/conversation.ts';
import { endSession } from '../../../../src/domain/conversation/lifecycle.ts';
import { isOpenQuestion, type QuestionStatus } from '../../../../src/domain/conversation/message.ts';
import { endAtDeadline, withdrawQuestion } from '../../../../src/domain/conversation/question-endings.ts';
import { receiveUserMessage } from '../../../../src/domain/conversation/user-messages.ts';
import { DomainError } from '../../../../src/domain/errors.ts';
import type { MessageId } from '../../../../src/domain/ids.ts';
import { aConversation, aQuestion, messageIdOf, NOW } from '../../../support/builders.ts';
import { aShape } from '../../../support/question-builders.ts';

const ONE = messageIdOf(1);
const TWO = messageIdOf(2);
const asked = aConversation(
  [
    aQuestion({ position: 1, expiresAt: NOW }),
    aQuestion({ position: 2, expiresAt: NOW, question: aShape({ defaultAnswer: 'go on' }) }),
  ],
  { status: 'AWAITING_INPUT' },
);

const newMessageId = (questionId: MessageId) => messageIdOf(questionId === ONE ? 98 : 99);

const ENDINGS = {
  answer: (before: Conversation, questionId: MessageId) =>
    receiveUserMessage(before, {
      content: 'yes',
      markAsRead: false,
      inReplyTo: questionId,
      newMessageId: newMessageId(questionId),
      now: NOW,
    }).changes,
  expire: (before: Conversation, questionId: MessageId) =>
    endAtDeadline(before, { questionId, newMessageId: newMessageId(questionId), now: NOW }).changes,
  withdraw: (before: Conversation, questionId: MessageId) =>
    withdrawQuestion(before, { questionId, now: NOW }).changes,
};
type Ending = keyof typeof ENDINGS;

const KINDS: readonly Ending[] = ['answer', 'expire', 'withdraw'];
const statusAfter = (ending: Ending, questionId: MessageId): QuestionStatus =>
  (
    ({
      answer: 'answered',
      expire: questionId === ONE ? 'expired' : 'defaulted',
      withdraw: 'withdrawn',
    }) as const
  )[ending];

const end = (before: Conversation, ending: Ending, questionId: MessageId): Conversation =>
  applyChanges(before, ENDINGS[ending](before, questionId));

/** Ends a question once more. What is refused changes nothing. */
function endAgain(before: Conversation, ending: Ending, questionId: MessageId): Changes | null {
  try {
    return ENDINGS[ending](before, questionId);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

const questionStatus = ({ messages }: Conversation, questionId: MessageId) =>
  messages.find(({ id }) => id === questionId)?.questionStatus;

const ORDERS = KINDS.flatMap((first) =>
  KINDS.flatMap((second) =>
    [
      [ONE, TWO],
      [TWO, ONE],
    ].map(([one, two]) => ({ first, second, one: one!, two: two! })),
  ),
);

test.each(ORDERS)(
  'of two open questions, $first one, then $second the other: the instance waits until both have ended',
  ({ first, second, one, two }) => {
    const half = end(asked, first, one);
    expect(half.instance?.status).toBe('AWAITING_INPUT');
    expect([questionStatus(half, one), questionStatus(half, two)]).toEqual([statusAfter(first, one), 'open']);
    const both = end(half, second, two);
    expect(both.instance?.status).toBe('ACTIVE');
    expect([questionStatus(both, one), questionStatus(both, two)]).toEqual([
      statusAfter(first, one),
      statusAfter(second, two),
    ]);
  },
);

test.each(ORDERS)(
  'of two open questions, $first one, then end the session: the other is closed, and $second changes nothing',
  ({ first, second, one, two }) => {
    const half = end(asked, first, one);
    const ended = applyChanges(half, endSession(half, { now: NOW }).changes);
    expect(ended.instance?.status).toBe('COMPLETED');
    expect([questionStatus(ended, one), questionStatus(ended, two)]).toEqual([
      statusAfter(first, one),
      'closed',
    ]);
    expect(endAgain(ended, second, two)).toBeNull();
  },
);

test.each(ORDERS)(
  'a question ends once: after $first, neither $second nor the end of the session changes it',
  ({ first, second, one }) => {
    const half = end(asked, first, one);
    const again = endAgain(half, second, one);
    // A repeated withdrawal is activity of the agent.
    expect(again?.amended ?? []).toEqual([]);
    const ended = applyChanges(half, endSession(half, { now: NOW }).changes);
    expect(questionStatus(ended, one)).toBe(statusAfter(first, one));
    expect(ended.messages.filter(isOpenQuestion)).toEqual([]);
  },
);
