import { describe, expect, test } from 'vitest';
import {
  applyChanges,
  type Conversation,
  EMPTY_CONVERSATION,
} from '../../../../src/domain/conversation/conversation.ts';
import { readAnswer } from '../../../../src/domain/conversation/hand-off/read-answer.ts';
import { restoreInstance } from '../../../../src/domain/conversation/lifecycle.ts';
import type { Message, QuestionStatus } from '../../../../src/domain/conversation/message.ts';
import { endAtDeadline, postponeDeadline } from '../../../../src/domain/conversation/question-endings.ts';
import type { AnswerContent } from '../../../../src/domain/question/answer-content.ts';
import {
  aConversation,
  aQuestion,
  BEFORE,
  instanceIdOf,
  messageIdOf,
  NOW,
} from '../../../support/builders.ts';
import { aChoice, aForm, aShape } from '../../../support/question-builders.ts';

const QUESTION = messageIdOf(1);
const NEW = messageIdOf(99);
const NOTHING = { output: null, changes: null };
const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);

const end = (conversation: Conversation, now = NOW) =>
  endAtDeadline(conversation, { questionId: QUESTION, newMessageId: NEW, now });

/** A conversation with one question, whose time is over at `NOW`. */
const asked = (fields: Partial<Message> = {}) =>
  aConversation([aQuestion({ expiresAt: NOW, ...fields })], { status: 'AWAITING_INPUT', version: 5 });

describe('a question whose time is over', () => {
  test('expires if it has no default answer, and the agent has not been told yet', () => {
    const before = asked();
    expect(end(before)).toEqual({
      output: null,
      changes: {
        instance: {
          ...before.instance,
          status: 'ACTIVE',
          untoldEndings: [{ questionId: QUESTION, status: 'expired' }],
          version: 6,
        },
        posted: [],
        amended: [{ ...before.messages[0], questionStatus: 'expired' }],
        gitDiff: undefined,
      },
    });
  });

  test.each<[string, Parameters<typeof aShape>[0] & { defaultAnswer: AnswerContent }, object]>([
    ['a text', { defaultAnswer: 'go on' }, { content: 'go on', values: null, form: null }],
    [
      'an option',
      { choice: aChoice(), defaultAnswer: { values: ['n'] } },
      { content: 'No', values: ['n'], form: null },
    ],
    [
      'a text that names an option',
      { choice: aChoice(), defaultAnswer: 'Yes' },
      { content: 'Yes', values: ['y'], form: null },
    ],
    [
      'a form',
      { form: aForm(), defaultAnswer: { form: { port: 80 } } },
      { content: expect.any(String), values: null, form: { port: 80 } },
    ],
  ])('gets its default answer, which is %s', (_what, shape, { content, ...answer }: { content?: string }) => {
    const before = asked({ question: aShape(shape) });
    const { changes } = end(before);
    expect(changes?.posted).toEqual([
      {
        id: NEW,
        agentInstanceId: instanceIdOf(1),
        position: 2,
        senderType: 'USER',
        content,
        createdAt: NOW,
        metadata: null,
        question: null,
        reach: null,
        requiresUserInput: false,
        readAt: null,
        readVersion: null,
        questionStatus: null,
        answerId: null,
        expiresAt: null,
        answerTo: { questionId: QUESTION, ...answer, decidedBy: 'default', via: null },
      },
    ]);
    expect(changes?.amended).toEqual([{ ...before.messages[0], questionStatus: 'defaulted', answerId: NEW }]);
    expect(changes?.instance).toEqual({ ...before.instance, status: 'ACTIVE', lastPosition: 2, version: 6 });
  });

  test('hands its default answer to the agent like every answer', () => {
    const before = asked({ question: aShape({ defaultAnswer: 'go on' }) });
    const after = applyChanges(before, end(before).changes);
    const { output } = readAnswer(after, { questionId: QUESTION, now: NOW });
    expect(output).toMatchObject({
      status: 'defaulted',
      answer: { content: 'go on', readAt: NOW },
      outcome: { status: 'defaulted', decidedBy: 'default' },
    });
  });

  test('does not make the agent active', () => {
    expect(end(asked()).changes?.instance.lastActivityAt).toEqual(BEFORE);
  });

  test('keeps the instance waiting while another question is open', () => {
    const messages = [aQuestion({ expiresAt: NOW }), aQuestion({ position: 2, expiresAt: later(1) })];
    const { changes } = end(aConversation(messages, { status: 'AWAITING_INPUT' }));
    expect(changes).toMatchObject({ instance: { status: 'AWAITING_INPUT' }, amended: [{ id: QUESTION }] });
    expect(changes?.amended).toHaveLength(1);
  });
});

describe('nothing ends', () => {
  test.each<[string, Conversation]>([
    ['before the deadline', asked({ expiresAt: later(1) })],
    ['without a deadline', asked({ expiresAt: null })],
    ['if there is no such question', aConversation([], { version: 5 })],
    ['if the instance is gone', EMPTY_CONVERSATION],
    ['if the instance is gone but its question was loaded', { ...asked(), instance: null }],
  ])('%s', (_when, conversation) => {
    expect(end(conversation)).toEqual(NOTHING);
  });

  test.each<QuestionStatus>(['answered', 'defaulted', 'expired', 'withdrawn', 'closed'])(
    'if the question is %s already',
    (questionStatus) => {
      expect(end(asked({ questionStatus }))).toEqual(NOTHING);
    },
  );

  test('if the deadline was postponed meanwhile, until the new one', () => {
    const postponed = applyChanges(
      asked(),
      postponeDeadline(asked(), { questionId: QUESTION, expiresAt: later(60_000), now: BEFORE }).changes,
    );
    expect(end(postponed)).toEqual(NOTHING);
    expect(end(postponed, later(59_999))).toEqual(NOTHING);
    expect(end(postponed, later(60_000)).changes?.amended).toMatchObject([{ questionStatus: 'expired' }]);
  });
});

test('a question of a deleted instance ends, and the restored instance does not wait for it', () => {
  const deletion = { deletedAt: BEFORE, statusBefore: 'AWAITING_INPUT' } as const;
  const before = aConversation([aQuestion({ expiresAt: NOW })], { status: 'DELETED', deletion });
  const { changes } = end(before);
  expect(changes).toMatchObject({
    instance: { status: 'DELETED', deletion },
    amended: [{ questionStatus: 'expired' }],
  });
  const restored = restoreInstance(applyChanges(before, changes), { now: NOW });
  expect(restored.output).toMatchObject({ status: 'ACTIVE', deletion: null });
  expect(restored.changes?.instance).toEqual(restored.output);
});
