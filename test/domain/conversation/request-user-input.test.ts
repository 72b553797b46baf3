import { describe, expect, test } from 'vitest';
import type { StoredStatus } from '../../../src/domain/conversation/agent-instance.ts';
import { type Message, PLAIN_ANSWER } from '../../../src/domain/conversation/message.ts';
import { outcomeOf } from '../../../src/domain/conversation/outcome.ts';
import { requestUserInput } from '../../../src/domain/conversation/request-user-input.ts';
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
import { aChoice, aShape } from '../../support/question-builders.ts';
import { refusalOf } from '../refusal-of.ts';

const QUEUE = [aQueuedMessage({ position: 2 }), aQueuedMessage({ position: 3 })];

describe('turning a step into a question', () => {
  const STEP = messageIdOf(1);
  const request = { messageId: STEP, now: NOW };
  const atCursor = { lastReadMessageId: STEP, version: 5 };

  const anotherQuestion = aQuestion({ position: 4 });

  test.each<[StoredStatus, readonly Message[]]>([
    ['ACTIVE', []],
    ['AWAITING_INPUT', [anotherQuestion]],
  ])(
    'with the cursor at the step and nothing queued, an instance that was %s awaits input',
    (status, others) => {
      const { output, changes } = requestUserInput(
        aConversation([aStep(), ...others], { ...atCursor, status }),
        request,
      );
      const message = { ...aStep(), requiresUserInput: true, questionStatus: 'open' };
      expect(output).toEqual({
        message,
        handedOver: [],
        more: false,
        stale: false,
        outcomes: [],
        stop: null,
      });
      expect(changes).toMatchObject({
        posted: [],
        amended: [message],
        instance: { ...atCursor, status: 'AWAITING_INPUT', lastActivityAt: NOW, version: 6 },
      });
    },
  );

  test.each<[StoredStatus, readonly Message[], StoredStatus]>([
    ['ACTIVE', [], 'ACTIVE'],
    ['AWAITING_INPUT', [anotherQuestion], 'AWAITING_INPUT'],
    ['COMPLETED', [], 'ACTIVE'],
  ])(
    'with the cursor at the step, the queue is handed over and its first message answers the step: %s with %j is then %s',
    (status, others, after) => {
      const conversation = aConversation([aStep(), ...QUEUE, ...others], { ...atCursor, status });
      const { output, changes } = requestUserInput(conversation, request);
      expect(output.stale).toBe(false);
      expect(output.handedOver).toEqual(
        QUEUE.map((message) => ({ ...message, readAt: NOW, readVersion: 6 })),
      );
      expect(output.message).toMatchObject({
        id: STEP,
        requiresUserInput: true,
        questionStatus: 'answered',
        answerId: messageIdOf(2),
      });
      const [first, second] = output.handedOver;
      const answer = { ...first, answerTo: { questionId: STEP, ...PLAIN_ANSWER } };
      expect(changes?.amended).toHaveLength(3);
      expect(changes?.amended).toEqual(expect.arrayContaining([answer, second, output.message]));
      expect(output.outcomes).toEqual([outcomeOf(output.message, answer as Message)]);
      expect(changes?.instance).toMatchObject({
        status: after,
        endedAt: null,
        lastReadMessageId: messageIdOf(3),
        version: 6,
      });
    },
  );

  test.each([
    ['nothing queued', []],
    ['something queued', QUEUE],
  ])(
    'with the cursor elsewhere and %s, the caller is stale and gets nothing, but the question is open',
    (_what, queue) => {
      const elsewhere = { lastReadMessageId: messageIdOf(7), version: 5 };
      const { output, changes } = requestUserInput(aConversation([aStep(), ...queue], elsewhere), request);
      expect(output).toMatchObject({
        stale: true,
        handedOver: [],
        message: { questionStatus: 'open', answerId: null },
      });
      expect(changes).toMatchObject({
        amended: [{ id: STEP, requiresUserInput: true, questionStatus: 'open' }],
        instance: { ...elsewhere, status: 'AWAITING_INPUT', version: 6 },
      });
      expect(changes?.amended).toHaveLength(1);
    },
  );

  test.each([
    ['there', STEP],
    ['elsewhere', messageIdOf(7)],
  ])(
    'on an ended instance, without a hand-off, leaves it ended and the question closed (cursor %s)',
    (_where, cursor) => {
      const ended = aConversation([aStep()], { status: 'COMPLETED', lastReadMessageId: cursor });
      const { output, changes } = requestUserInput(ended, request);
      expect(output.message).toMatchObject({
        requiresUserInput: true,
        questionStatus: 'closed',
        answerId: null,
      });
      expect(changes?.instance).toMatchObject({ status: 'COMPLETED', endedAt: BEFORE });
    },
  );

  test.each<[string, readonly Message[]]>([
    ['an open question', [aQuestion()]],
    ['an answered question', [aQuestion({ questionStatus: 'answered', answerId: messageIdOf(2) })]],
    ['a closed question', [aQuestion({ questionStatus: 'closed' })]],
  ])('is refused for %s', (_what, messages) => {
    expect(refusalOf(() => requestUserInput(aConversation(messages, atCursor), request))).toMatchObject({
      code: 'already_requires_user_input',
      message: 'Message already requires user input',
      field: 'message_id',
    });
  });

  test.each<[string, readonly Message[]]>([
    ['a queued message of the person', [aQueuedMessage()]],
    ['a handed over message of the person', [aReadMessage()]],
    ['a message that is not there', [aStep({ position: 2 })]],
    ['any message of an instance without one', []],
  ])('is refused for %s', (_what, messages) => {
    expect(refusalOf(() => requestUserInput(aConversation(messages, atCursor), request))).toMatchObject({
      code: 'agent_message_not_found',
      message: 'Agent message not found or access denied',
      field: 'message_id',
    });
  });

  test('fails if the instance was deleted', () => {
    const conversation = aConversation([aStep()], { ...atCursor, status: 'DELETED' });
    expect(refusalOf(() => requestUserInput(conversation, request)).code).toBe('instance_deleted');
  });

  test.each([
    ['Yes', ['y']],
    ['later', null],
  ])('with options: the queued text %j chooses %j', (content, values) => {
    const step = aStep({ question: aShape({ choice: aChoice() }) });
    const conversation = aConversation([step, aQueuedMessage({ position: 2, content })], atCursor);
    const { output, changes } = requestUserInput(conversation, request);
    expect(output.outcomes).toMatchObject([{ questionId: STEP, status: 'answered', values }]);
    expect(changes?.amended).toContainEqual(
      expect.objectContaining({ answerTo: { ...PLAIN_ANSWER, questionId: STEP, values } }),
    );
  });

  test('is not answered by a queued message that answers another question', () => {
    const other = aQueuedMessage({
      position: 3,
      answerTo: { ...PLAIN_ANSWER, questionId: messageIdOf(2) },
    });
    const answered = aQuestion({ position: 2, questionStatus: 'answered', answerId: other.id });
    const { output } = requestUserInput(aConversation([aStep(), answered, other], atCursor), request);
    expect(output).toMatchObject({
      message: { questionStatus: 'open', answerId: null },
      handedOver: [{ id: other.id }],
      outcomes: [{ questionId: answered.id, status: 'answered' }],
    });
  });
});
