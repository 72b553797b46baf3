import { expect, test } from 'vitest';
import type { Conversation, Decision } from '../../../src/domain/conversation/conversation.ts';
import { endSession, heartbeat, restoreInstance } from '../../../src/domain/conversation/lifecycle.ts';
import { endAtDeadline, withdrawQuestion } from '../../../src/domain/conversation/question-endings.ts';
import { requestUserInput } from '../../../src/domain/conversation/request-user-input.ts';
import { receiveUserMessage } from '../../../src/domain/conversation/user-messages.ts';
import { notificationChangesOf } from '../../../src/domain/notification/notification.ts';
import {
  aConversation,
  aQuestion,
  aQueuedMessage,
  aStep,
  BEFORE,
  instanceIdOf,
  messageIdOf,
  NOW,
} from '../../support/builders.ts';

const QUESTION = messageIdOf(1);
const fields = { questionId: QUESTION, newMessageId: messageIdOf(9), now: NOW };

const changesOf = (conversation: Conversation, decide: (conversation: Conversation) => Decision<unknown>) =>
  notificationChangesOf(decide(conversation).changes!, conversation.instance);

test.each<[string, (conversation: Conversation) => Decision<unknown>]>([
  [
    'an answer',
    (conversation) => receiveUserMessage(conversation, { ...fields, content: 'yes', markAsRead: false }),
  ],
  ['its agent, which takes it back', (conversation) => withdrawQuestion(conversation, fields)],
  ['its deadline', (conversation) => endAtDeadline(conversation, fields)],
  ['the end of its instance', (conversation) => endSession(conversation, { now: NOW })],
])('a question that %s has ended is over at that time', (_, decide) => {
  const changes = changesOf(aConversation([aQuestion({ expiresAt: NOW })]), decide);
  expect(changes[0]).toMatchObject({ id: QUESTION, event: 'question', at: NOW, isOver: true });
});

test('a step that is a question and has its answer in the queue is over at once', () => {
  const conversation = aConversation([aStep(), aQueuedMessage({ position: 2 })], {
    lastReadMessageId: QUESTION,
  });
  const changes = changesOf(conversation, (before) =>
    requestUserInput(before, { messageId: QUESTION, now: NOW }),
  );
  expect(changes).toMatchObject([{ id: QUESTION, at: NOW, isOver: true }]);
});

test('an instance that ends makes a notification, and one that had ended before makes none', () => {
  const ended = changesOf(aConversation(), (before) => endSession(before, { now: NOW }));
  expect(ended).toMatchObject([{ id: instanceIdOf(1), event: 'ended', at: NOW, isOver: false }]);
  const before = aConversation([], { status: 'COMPLETED' });
  expect(changesOf(before, (conversation) => heartbeat(conversation, { now: NOW }))).toEqual([]);
  const deletion = { deletedAt: BEFORE, statusBefore: 'COMPLETED' } as const;
  const deleted = aConversation([], { status: 'DELETED', endedAt: BEFORE, deletion });
  expect(changesOf(deleted, (conversation) => restoreInstance(conversation, { now: BEFORE }))).toEqual([]);
});
