import { describe, expect, test } from 'vitest';
import type { StoredStatus } from '../../../src/domain/conversation/agent-instance.ts';
import { EMPTY_CONVERSATION } from '../../../src/domain/conversation/conversation.ts';
import { type Message, PLAIN_ANSWER } from '../../../src/domain/conversation/message.ts';
import { QuestionOverError } from '../../../src/domain/conversation/question-over.ts';
import { receiveUserMessage, type UserMessage } from '../../../src/domain/conversation/user-messages.ts';
import {
  aConversation,
  aQuestion,
  aQueuedMessage,
  aReadMessage,
  aStep,
  BEFORE,
  messageIdOf,
  NOW,
} from '../../support/builders.ts';
import { refusalOf } from '../refusal-of.ts';

const NEW = messageIdOf(99);
const CURSOR = messageIdOf(1);

const sent = (fields: Partial<UserMessage> = {}): UserMessage => ({
  content: 'go on',
  markAsRead: false,
  newMessageId: NEW,
  now: NOW,
  ...fields,
});

type Row = [markAsRead: boolean, before: StoredStatus, after: StoredStatus];

const ROWS: Row[] = [
  [false, 'ACTIVE', 'ACTIVE'],
  [false, 'COMPLETED', 'COMPLETED'],
  [true, 'ACTIVE', 'ACTIVE'],
  [true, 'COMPLETED', 'COMPLETED'],
];

describe('a user message', () => {
  test.each(ROWS)(
    'with mark_as_read %s, to an instance that is %s: it is %s',
    (markAsRead, before, after) => {
      const conversation = aConversation([aStep()], {
        status: before,
        lastReadMessageId: CURSOR,
        version: 5,
      });
      const { output, changes } = receiveUserMessage(conversation, sent({ markAsRead }));
      expect(output).toEqual({
        id: NEW,
        agentInstanceId: conversation.instance?.id,
        position: 2,
        senderType: 'USER',
        content: 'go on',
        createdAt: NOW,
        metadata: null,
        question: null,
        reach: null,
        requiresUserInput: false,
        readAt: markAsRead ? NOW : null,
        readVersion: markAsRead ? 6 : null,
        questionStatus: null,
        answerId: null,
        expiresAt: null,
        answerTo: null,
      });
      expect(changes).toEqual({
        instance: {
          ...conversation.instance,
          status: after,
          endedAt: after === 'COMPLETED' ? BEFORE : null,
          lastPosition: 2,
          lastReadMessageId: markAsRead ? NEW : CURSOR,
          version: 6,
        },
        posted: [output],
        amended: [],
        gitDiff: undefined,
      });
    },
  );

  test.each([
    [false, 1, 'ACTIVE'],
    [false, 2, 'AWAITING_INPUT'],
    [true, 1, 'ACTIVE'],
    [true, 2, 'AWAITING_INPUT'],
  ])(
    'with mark_as_read %s answers the newest of %i open questions and no other: the instance is %s',
    (markAsRead, open, after) => {
      const questions = Array.from({ length: open }, (_, index) => aQuestion({ position: 1 + index }));
      // A store may load the messages in any order.
      const conversation = aConversation(questions.toReversed(), { status: 'AWAITING_INPUT' });
      const { changes } = receiveUserMessage(conversation, sent({ markAsRead }));
      expect(changes?.amended).toEqual([{ ...questions.at(-1), questionStatus: 'answered', answerId: NEW }]);
      expect(changes?.posted[0]?.answerTo).toEqual({ questionId: messageIdOf(open), ...PLAIN_ANSWER });
      expect(changes?.instance.status).toBe(after);
    },
  );

  test.each<Message['questionStatus']>(['answered', 'defaulted', 'expired', 'withdrawn', 'closed'])(
    'answers nothing if the question is %s',
    (questionStatus) => {
      const conversation = aConversation([aQuestion({ questionStatus })]);
      const { output, changes } = receiveUserMessage(conversation, sent());
      expect([output.answerTo, changes?.amended]).toEqual([null, []]);
    },
  );

  test('answers the open question, even after a later step', () => {
    const conversation = aConversation([aQuestion(), aStep({ position: 2 })], { status: 'AWAITING_INPUT' });
    const { changes } = receiveUserMessage(conversation, sent());
    expect(changes).toMatchObject({
      amended: [{ id: messageIdOf(1), answerId: NEW }],
      instance: { status: 'ACTIVE' },
    });
  });

  test.each([true, false])('with mark_as_read %s leaves earlier queued messages queued', (markAsRead) => {
    const queued = aQueuedMessage({ position: 2 });
    const { changes } = receiveUserMessage(aConversation([aStep(), queued]), sent({ markAsRead }));
    expect(changes?.amended).toEqual([]);
    expect(changes?.posted.map(({ id }) => id)).toEqual([NEW]);
  });

  describe('that names a question', () => {
    const questions = [
      aQuestion({ position: 1 }),
      aQuestion({ position: 2, questionStatus: 'answered', answerId: messageIdOf(4) }),
      aQuestion({ position: 3, questionStatus: 'closed' }),
      aReadMessage({ position: 4 }),
      aQuestion({ position: 5 }),
      aStep({ position: 6 }),
    ];
    const conversation = aConversation(questions, { status: 'AWAITING_INPUT' });
    const reply = (position: number) =>
      receiveUserMessage(conversation, sent({ inReplyTo: messageIdOf(position) }));

    test('answers that question, even if there is a newer one, which stays open', () => {
      const { changes } = reply(1);
      expect(changes?.amended).toEqual([{ ...questions[0], questionStatus: 'answered', answerId: NEW }]);
      expect(changes?.instance.status).toBe('AWAITING_INPUT');
    });

    test('fails if the question is answered, and returns that answer', () => {
      const refused = refusalOf(() => reply(2));
      expect(refused).toBeInstanceOf(QuestionOverError);
      expect(refused).toMatchObject({
        code: 'already_answered',
        field: 'in_reply_to',
        outcome: { questionId: messageIdOf(2), status: 'answered', decidedBy: 'person' },
        answer: questions[3],
      });
    });

    test('fails if the question was closed, and returns that outcome', () => {
      const refused = refusalOf(() => reply(3));
      expect(refused).toBeInstanceOf(QuestionOverError);
      expect(refused).toMatchObject({
        code: 'question_over',
        field: 'in_reply_to',
        outcome: { questionId: messageIdOf(3), status: 'closed', decidedBy: null },
        answer: null,
      });
    });

    test.each([
      ['a step', 6],
      ['a message of the person', 4],
      ['no message of this conversation', 7],
    ])('that is %s is told that there is none', (_, position) => {
      expect(refusalOf(() => reply(position))).toMatchObject({
        code: 'question_not_found',
        field: 'in_reply_to',
      });
    });
  });

  test('does not count as activity of the agent', () => {
    const { changes } = receiveUserMessage(aConversation(), sent({ markAsRead: true }));
    expect(changes?.instance.lastActivityAt).toEqual(BEFORE);
  });

  test('fails if the instance does not exist', () => {
    expect(refusalOf(() => receiveUserMessage(EMPTY_CONVERSATION, sent()))).toMatchObject({
      code: 'agent_instance_not_found',
      message: 'Agent instance not found',
    });
    const deleted = aConversation([], { status: 'DELETED' });
    expect(refusalOf(() => receiveUserMessage(deleted, sent())).code).toBe('instance_deleted');
  });
});
