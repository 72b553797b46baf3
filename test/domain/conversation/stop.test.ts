import { describe, expect, test } from 'vitest';
import type { AgentInstance, StopRequest } from '../../../src/domain/conversation/agent-instance.ts';
import { postAgentMessage } from '../../../src/domain/conversation/agent-messages.ts';
import {
  applyChanges,
  type Changes,
  type Conversation,
  EMPTY_CONVERSATION,
} from '../../../src/domain/conversation/conversation.ts';
import { readAnswer } from '../../../src/domain/conversation/hand-off/read-answer.ts';
import { readPending } from '../../../src/domain/conversation/hand-off/read-pending.ts';
import { endSession, heartbeat } from '../../../src/domain/conversation/lifecycle.ts';
import { withdrawQuestion } from '../../../src/domain/conversation/question-endings.ts';
import { requestUserInput } from '../../../src/domain/conversation/request-user-input.ts';
import { cancelStop, requestStop } from '../../../src/domain/conversation/stop.ts';
import { receiveUserMessage } from '../../../src/domain/conversation/user-messages.ts';
import {
  aConversation,
  agentTypeIdOf,
  aQuestion,
  aQueuedMessage,
  aStep,
  BEFORE,
  instanceIdOf,
  messageIdOf,
  NOW,
} from '../../support/builders.ts';
import { refusalOf } from '../refusal-of.ts';

const LATER = new Date(NOW.getTime() + 60_000);
const [STEP, QUESTION] = [messageIdOf(1), messageIdOf(2)];
const unseen: StopRequest = { reason: 'wrong branch', requestedAt: BEFORE, seenAt: null };
const stop = (conversation: Conversation, reason: string | null = 'wrong branch', now = NOW) =>
  requestStop(conversation, { reason, now });

const working = (fields: Partial<AgentInstance> = {}, last = aQuestion({ position: 2 })) =>
  aConversation([aStep(), last], {
    status: 'AWAITING_INPUT',
    lastReadMessageId: STEP,
    lastActivityAt: NOW,
    version: 5,
    ...fields,
  });

describe('asking an agent to stop', () => {
  test.each(['wrong branch', null])('with the reason %j changes nothing but the request', (reason) => {
    const before = working();
    const { output, changes } = stop(before, reason);
    expect(output).toEqual({
      ...before.instance,
      stop: { reason, requestedAt: NOW, seenAt: null },
      version: 6,
    });
    expect(changes).toEqual({ instance: output, posted: [], amended: [], gitDiff: undefined });
  });

  test.each([null, NOW])('again with the same reason changes nothing (seen at %j)', (seenAt) => {
    const before = working({ stop: { ...unseen, seenAt } });
    expect(stop(before)).toEqual({ output: before.instance, changes: null });
  });

  test.each([unseen, { ...unseen, reason: null }])(
    'again with another reason replaces it, and the agent is told again',
    (request) => {
      const { output } = stop(working({ stop: { ...request, seenAt: BEFORE } }), 'out of money', LATER);
      expect(output.stop).toEqual({ reason: 'out of money', requestedAt: LATER, seenAt: null });
    },
  );

  test.each([null, BEFORE])('again without a reason keeps the reason and when it was seen (%j)', (seenAt) => {
    const before = working({ stop: { ...unseen, seenAt } });
    expect(stop(before, null, LATER)).toEqual({ output: before.instance, changes: null });
  });

  test('that has ended changes nothing', () => {
    const ended = aConversation([aStep()], { status: 'COMPLETED' });
    expect(stop(ended)).toEqual({ output: ended.instance, changes: null });
  });
});

describe('taking a request to stop back', () => {
  const cancel = (conversation: Conversation) => cancelStop(conversation, { now: NOW });

  test('removes it and changes nothing else', () => {
    const before = working({ stop: { ...unseen, seenAt: NOW } });
    const { output, changes } = cancel(before);
    expect(output).toEqual({ ...before.instance, stop: null, version: 6 });
    expect(changes).toEqual({ instance: output, posted: [], amended: [], gitDiff: undefined });
  });

  test.each([
    ['there is none', working()],
    ['the instance has ended', aConversation([aStep()], { status: 'COMPLETED', stop: unseen })],
  ])('changes nothing if %s', (_, conversation) => {
    expect(cancel(conversation)).toEqual({ output: conversation.instance, changes: null });
  });

  test.each([
    ['asking', stop],
    ['taking back', cancel],
  ])('%s fails if the instance is gone or deleted', (_, act) => {
    expect(refusalOf(() => act(EMPTY_CONVERSATION)).code).toBe('agent_instance_not_found');
    expect(refusalOf(() => act(aConversation([], { status: 'DELETED' }))).code).toBe('instance_deleted');
  });
});

const post = (conversation: Conversation, isQuestion: boolean, now: Date, isClientGone = false) =>
  postAgentMessage(conversation, {
    agentInstanceId: instanceIdOf(1),
    agentTypeName: null,
    content: 'the next message',
    isQuestion,
    metadata: null,
    gitDiff: null,
    hasIdempotencyKey: false,
    isClientGone,
    newMessageId: messageIdOf(99),
    newAgentTypeId: agentTypeIdOf(9),
    now,
  });
const read = (conversation: Conversation, lastReadMessageId: typeof STEP | null, now: Date) =>
  readPending(conversation, { lastReadMessageId, now });
const say = (conversation: Conversation, markAsRead: boolean, now: Date) =>
  receiveUserMessage(conversation, { content: 'hm', markAsRead, newMessageId: messageIdOf(99), now });

type Act = (conversation: Conversation, now: Date) => { readonly changes: Changes | null };

const AGENT_CALLS: readonly [string, Act][] = [
  ['a step', (before, now) => post(before, false, now)],
  ['a question', (before, now) => post(before, true, now)],
  [
    'a question asked again',
    (before, now) => post({ ...before, messages: [aQuestion({ content: 'the next message' })] }, true, now),
  ],
  ['a read without a cursor', (before, now) => read(before, null, now)],
  ['a read with the cursor', (before, now) => read(before, STEP, now)],
  [
    'a read that hands over',
    (before, now) =>
      read({ ...before, messages: [...before.messages, aQueuedMessage({ position: 3 })] }, STEP, now),
  ],
  ['a stale read', (before, now) => read(before, QUESTION, now)],
  ['reading an answer', (before, now) => readAnswer(before, { questionId: QUESTION, now })],
  ['requesting input', (before, now) => requestUserInput(before, { messageId: STEP, now })],
  ['withdrawing a question', (before, now) => withdrawQuestion(before, { questionId: QUESTION, now })],
  ['a message typed at the agent itself', (before, now) => say(before, true, now)],
  ['a heartbeat', (before, now) => heartbeat(before, { now })],
  ['the end of its session', (before, now) => endSession(before, { now, isByAgent: true })],
];

describe('that the agent was told to stop', () => {
  test.each(AGENT_CALLS)('is noted by %s', (_, act) => {
    expect(act(working({ stop: unseen }), NOW).changes?.instance.stop).toEqual({ ...unseen, seenAt: NOW });
  });

  test.each(AGENT_CALLS)('is noted once: %s keeps the first time', (_, act) => {
    const before = working({ stop: { ...unseen, seenAt: NOW } });
    const after = applyChanges(before, act(before, LATER).changes);
    expect(after.instance?.stop).toEqual({ ...unseen, seenAt: NOW });
  });

  test.each<[string, Act]>([
    ['a message whose client is gone', (before, now) => post(before, false, now, true)],
    ['a message of the person', (before, now) => say(before, false, now)],
    ['a person who ends the run', (before, now) => endSession(before, { now })],
  ])('is not noted by %s', (_, act) => {
    expect(act(working({ stop: unseen }), NOW).changes?.instance.stop).toEqual(unseen);
  });

  test.each([true, false])(
    'is in the output of a message and of reading an answer (seen before: %s)',
    (seen) => {
      const conversation = working({ stop: { ...unseen, seenAt: seen ? BEFORE : null } });
      const told = { ...unseen, seenAt: seen ? BEFORE : NOW };
      expect(post(conversation, false, NOW).output.stop).toEqual(told);
      expect(readAnswer(conversation, { questionId: QUESTION, now: NOW }).output.stop).toEqual(told);
      expect(requestUserInput(conversation, { messageId: STEP, now: NOW }).output.stop).toEqual(told);
    },
  );
});

describe('a request to stop an instance that has ended', () => {
  const ended = (messages = [aStep(), aQueuedMessage({ position: 2 })]) =>
    aConversation(messages, { status: 'COMPLETED', lastReadMessageId: STEP, stop: unseen });

  test.each<[string, Act]>([
    ['a step', (before, now) => post(before, false, now)],
    ['requesting input', (before, now) => requestUserInput(before, { messageId: STEP, now })],
  ])('is over when %s opens it again', (_, act) => {
    expect(act(ended(), NOW).changes?.instance).toMatchObject({ status: 'ACTIVE', stop: null });
  });

  test('stays while it is not opened again', () => {
    expect(post(ended([aStep()]), false, NOW).changes?.instance).toMatchObject({
      status: 'COMPLETED',
      stop: { seenAt: NOW },
    });
  });
});
