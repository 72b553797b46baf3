import { describe, expect, test } from 'vitest';
import { type AgentMessage, postAgentMessage } from '../../../../src/domain/conversation/agent-messages.ts';
import { applyChanges, type Conversation } from '../../../../src/domain/conversation/conversation.ts';
import { readAnswer } from '../../../../src/domain/conversation/hand-off/read-answer.ts';
import { readPending } from '../../../../src/domain/conversation/hand-off/read-pending.ts';
import { endSession } from '../../../../src/domain/conversation/lifecycle.ts';
import { requestUserInput } from '../../../../src/domain/conversation/request-user-input.ts';
import {
  aConversation,
  agentTypeIdOf,
  aQuestion,
  aStep,
  instanceIdOf,
  messageIdOf,
  NOW,
} from '../../../support/builders.ts';

const STEP = messageIdOf(1);
const [EXPIRED, CLOSED] = [messageIdOf(2), messageIdOf(3)];

/** The agent wrote a step; then two of its questions ended without an answer. */
const conversation = aConversation(
  [
    aStep(),
    aQuestion({ position: 2, questionStatus: 'expired' }),
    aQuestion({ position: 3, questionStatus: 'closed' }),
  ],
  {
    lastReadMessageId: STEP,
    untoldEndings: [
      { questionId: EXPIRED, status: 'expired' },
      { questionId: CLOSED, status: 'closed' },
    ],
  },
);

const post = (before: Conversation, fields: Partial<AgentMessage> = {}) =>
  postAgentMessage(before, {
    agentInstanceId: instanceIdOf(1),
    agentTypeName: null,
    content: 'a step',
    isQuestion: false,
    metadata: null,
    gitDiff: null,
    hasIdempotencyKey: false,
    isClientGone: false,
    newMessageId: messageIdOf(99),
    newAgentTypeId: agentTypeIdOf(9),
    now: NOW,
    ...fields,
  });
const read = (before: Conversation, lastReadMessageId: typeof STEP | null) =>
  readPending(before, { lastReadMessageId, now: NOW });

describe('the agent is told how its questions ended without an answer', () => {
  test.each([
    ['a step', (before: Conversation) => post(before)],
    ['a question', (before: Conversation) => post(before, { isQuestion: true })],
    ['reading pending messages', (before: Conversation) => read(before, STEP)],
    ['requesting input', (before: Conversation) => requestUserInput(before, { messageId: STEP, now: NOW })],
  ])('by %s, once', (_, act) => {
    const { output, changes } = act(conversation);
    expect(output.outcomes).toMatchObject([
      { questionId: EXPIRED, status: 'expired', decidedBy: null, answeredAt: null },
      { questionId: CLOSED, status: 'closed', decidedBy: null, answeredAt: null },
    ]);
    const after = applyChanges(conversation, changes);
    expect(after.instance?.untoldEndings).toEqual([]);
    expect(post(after).output.outcomes).toEqual([]);
  });

  test('by reading the answer of one of them: of that one only', () => {
    const ask = { questionId: EXPIRED, now: NOW };
    const { output, changes } = readAnswer(conversation, ask);
    expect(output.outcome).toMatchObject({ questionId: EXPIRED, status: 'expired' });
    expect(changes?.instance).toMatchObject({
      untoldEndings: [{ questionId: CLOSED, status: 'closed' }],
      lastActivityAt: NOW,
    });
    const again = readAnswer(applyChanges(conversation, changes), ask);
    expect([again.output.outcome, again.changes]).toEqual([output.outcome, null]);
  });
});

describe('the agent is not told', () => {
  test.each([
    ['a message whose client is gone', (before: Conversation) => post(before, { isClientGone: true })],
    ['reading without a cursor', (before: Conversation) => read(before, null)],
    ['a stale read', (before: Conversation) => read(before, CLOSED)],
    [
      'a stale request',
      (before: Conversation) =>
        requestUserInput(
          { ...before, instance: { ...before.instance!, lastReadMessageId: CLOSED } },
          { messageId: STEP, now: NOW },
        ),
    ],
  ])('by %s', (_, act) => {
    const { output, changes } = act(conversation);
    expect(output.outcomes).toEqual([]);
    expect(applyChanges(conversation, changes).instance?.untoldEndings).toHaveLength(2);
  });
});

test('at most the latest 100 endings are kept', () => {
  const open = Array.from({ length: 101 }, (_, index) => aQuestion({ position: 1 + index }));
  const { output } = endSession(aConversation(open, { status: 'AWAITING_INPUT' }), { now: NOW });
  expect(output.untoldEndings).toHaveLength(100);
  expect(output.untoldEndings.at(0)?.questionId).toBe(messageIdOf(2));
  expect(output.untoldEndings.at(-1)?.questionId).toBe(messageIdOf(101));
});
