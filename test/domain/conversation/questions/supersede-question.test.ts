import { describe, expect, test } from 'vitest';
import { type AgentMessage, postAgentMessage } from '../../../../src/domain/conversation/agent-messages.ts';
import { applyChanges, type Conversation } from '../../../../src/domain/conversation/conversation.ts';
import type { Message } from '../../../../src/domain/conversation/message.ts';
import { receiveUserMessage } from '../../../../src/domain/conversation/user-messages.ts';
import {
  aConversation,
  agentTypeIdOf,
  aQuestion,
  aQueuedMessage,
  aStep,
  instanceIdOf,
  messageIdOf,
  NOW,
} from '../../../support/builders.ts';
import { refusalOf } from '../../refusal-of.ts';

const EARLIER = messageIdOf(1);
const NEW = messageIdOf(99);

const ask = (conversation: Conversation, fields: Partial<AgentMessage> = {}) =>
  postAgentMessage(conversation, {
    agentInstanceId: instanceIdOf(1),
    agentTypeName: null,
    content: 'Deploy to staging?',
    isQuestion: true,
    supersedes: EARLIER,
    metadata: null,
    gitDiff: null,
    hasIdempotencyKey: false,
    isClientGone: false,
    newMessageId: NEW,
    newAgentTypeId: agentTypeIdOf(9),
    now: NOW,
    ...fields,
  });

const asked = (fields: Partial<Message> = {}, others: readonly Message[] = []) =>
  aConversation([aQuestion({ content: 'Deploy?', ...fields }), ...others], { status: 'AWAITING_INPUT' });

describe('a question that supersedes another', () => {
  test('takes its place: the earlier one is withdrawn in the same step', () => {
    const { output, changes } = ask(asked());
    expect(changes).toMatchObject({
      posted: [{ id: NEW, questionStatus: 'open' }],
      amended: [{ id: EARLIER, questionStatus: 'withdrawn', answerId: null }],
      instance: { status: 'AWAITING_INPUT', untoldEndings: [] },
    });
    expect(output.outcomes).toEqual([]);
  });

  test('is asked anew even with the same text, for example to have another deadline', () => {
    const { output, changes } = ask(asked(), { content: 'Deploy?', expiresAt: NOW });
    expect(output.message).toMatchObject({ id: NEW, questionStatus: 'open', expiresAt: NOW });
    expect(changes?.amended).toMatchObject([{ id: EARLIER, questionStatus: 'withdrawn' }]);
  });

  test('is asked once if the call is repeated', () => {
    const first = applyChanges(asked(), ask(asked()).changes);
    const { output, changes } = ask(first, { newMessageId: messageIdOf(100) });
    expect(output.message).toMatchObject({ id: NEW, questionStatus: 'open' });
    expect(changes?.posted).toEqual([]);
  });

  test('gets the answer of the earlier one that was given meanwhile, and leaves it answered', () => {
    const said = { content: 'yes', markAsRead: false, newMessageId: messageIdOf(2), now: NOW };
    const answered = applyChanges(asked(), receiveUserMessage(asked(), said).changes);
    const { output, changes } = ask(answered);
    expect(output).toMatchObject({
      message: { id: NEW, questionStatus: 'open' },
      handedOver: [{ content: 'yes' }],
      outcomes: [{ questionId: EARLIER, status: 'answered', decidedBy: 'person' }],
    });
    expect(changes?.amended.filter(({ id }) => id === EARLIER)).toEqual([]);
  });

  test.each(['expired', 'withdrawn', 'closed'] as const)(
    'leaves an earlier one that is %s',
    (questionStatus) => {
      expect(ask(asked({ questionStatus })).changes).toMatchObject({ posted: [{ id: NEW }], amended: [] });
    },
  );

  test.each<[string, Conversation]>([
    ['no message', aConversation()],
    ['a step', aConversation([aStep()])],
    ['a user message', aConversation([aQueuedMessage()])],
  ])('is refused if the earlier one is %s', (_, conversation) => {
    expect(refusalOf(() => ask(conversation))).toMatchObject({
      code: 'question_not_found',
      field: 'supersedes',
    });
  });
});
