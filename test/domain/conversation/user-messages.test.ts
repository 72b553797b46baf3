import { describe, expect, test } from 'vitest';
import type { StoredStatus } from '../../../src/domain/conversation/agent-instance.ts';
import { AlreadyAnsweredError } from '../../../src/domain/conversation/already-answered.ts';
import { EMPTY_CONVERSATION } from '../../../src/domain/conversation/conversation.ts';
import type { Message } from '../../../src/domain/conversation/message.ts';
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
  [false, 'AWAITING_INPUT', 'ACTIVE'],
  [false, 'COMPLETED', 'COMPLETED'],
  [true, 'ACTIVE', 'ACTIVE'],
  [true, 'AWAITING_INPUT', 'ACTIVE'],
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
        requiresUserInput: false,
        readAt: markAsRead ? NOW : null,
        readVersion: markAsRead ? 6 : null,
        questionStatus: null,
        answerId: null,
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
    [false, 1],
    [false, 2],
    [true, 1],
    [true, 2],
  ])('with mark_as_read %s answers the newest of %i open questions and no other', (markAsRead, open) => {
    const questions = Array.from({ length: open }, (_, index) => aQuestion({ position: 1 + index }));
    // A store may load the messages in any order.
    const conversation = aConversation(questions.toReversed(), { status: 'AWAITING_INPUT' });
    const { changes } = receiveUserMessage(conversation, sent({ markAsRead }));
    expect(changes?.amended).toEqual([{ ...questions.at(-1), questionStatus: 'answered', answerId: NEW }]);
    expect(changes?.instance.status).toBe('ACTIVE');
  });

  test.each<Message['questionStatus']>(['answered', 'closed'])(
    'answers nothing if the question is %s',
    (questionStatus) => {
      const conversation = aConversation([aQuestion({ questionStatus })]);
      expect(receiveUserMessage(conversation, sent()).changes?.amended).toEqual([]);
    },
  );

  test('answers the open question, even after a later step', () => {
    const conversation = aConversation([aQuestion(), aStep({ position: 2 })], { status: 'ACTIVE' });
    const { changes } = receiveUserMessage(conversation, sent());
    expect(changes?.amended).toMatchObject([{ id: messageIdOf(1), answerId: NEW }]);
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

    test('answers that question, even if there is a newer one', () => {
      const { changes } = reply(1);
      expect(changes?.amended).toEqual([{ ...questions[0], questionStatus: 'answered', answerId: NEW }]);
      expect(changes?.instance.status).toBe('ACTIVE');
    });

    test('fails if the question is answered, and returns that answer', () => {
      const refused = refusalOf(() => reply(2));
      expect(refused).toBeInstanceOf(AlreadyAnsweredError);
      expect(refused).toMatchObject({
        code: 'already_answered',
        field: 'in_reply_to',
        answer: questions[3],
      });
    });

    test('fails if the question was closed', () => {
      expect(refusalOf(() => reply(3))).toMatchObject({ code: 'question_closed', field: 'in_reply_to' });
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
