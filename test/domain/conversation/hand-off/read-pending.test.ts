import { describe, expect, test } from 'vitest';
import {
  ACTIVITY_RESOLUTION_MS,
  type StoredStatus,
} from '../../../../src/domain/conversation/agent-instance.ts';
import { postAgentMessage } from '../../../../src/domain/conversation/agent-messages.ts';
import { applyChanges, EMPTY_CONVERSATION } from '../../../../src/domain/conversation/conversation.ts';
import { readPending } from '../../../../src/domain/conversation/hand-off/read-pending.ts';
import type { Message } from '../../../../src/domain/conversation/message.ts';
import { receiveUserMessage } from '../../../../src/domain/conversation/user-messages.ts';
import {
  aConversation,
  agentTypeIdOf,
  aQuestion,
  aQueuedMessage,
  aReadMessage,
  aStep,
  BEFORE,
  instanceIdOf,
  messageIdOf,
  NOW,
} from '../../../support/builders.ts';
import { refusalOf } from '../../refusal-of.ts';

const CURSOR = messageIdOf(1);
/** A conversation whose agent was active just now, so that a read does not record activity. */
const atCursor = { lastReadMessageId: CURSOR, lastActivityAt: NOW, version: 5 };
const QUEUE = [aQueuedMessage({ position: 2 }), aQueuedMessage({ position: 3 })];

const read = (lastReadMessageId: typeof CURSOR | null) => ({ lastReadMessageId, now: NOW });

describe('reading pending messages without an id', () => {
  test.each([
    ['an empty queue', []],
    ['a queue', QUEUE],
  ])('shows %s and changes nothing', (_what, queue) => {
    const conversation = aConversation([aStep(), ...queue.toReversed()], atCursor);
    expect(readPending(conversation, read(null))).toEqual({
      output: {
        instance: conversation.instance,
        stale: false,
        messages: queue,
        alreadyRead: [],
        more: false,
        outcomes: [],
      },
      changes: null,
    });
  });

  test('is never stale, not even before the first message', () => {
    const conversation = aConversation([], { lastReadMessageId: null, lastActivityAt: NOW });
    expect(readPending(conversation, read(null)).output.stale).toBe(false);
  });
});

describe('reading pending messages with the cursor', () => {
  test('hands over the queue in order and moves the cursor to the last of it', () => {
    const conversation = aConversation([aStep(), ...QUEUE.toReversed()], {
      ...atCursor,
      lastActivityAt: BEFORE,
    });
    const { output, changes } = readPending(conversation, read(CURSOR));
    const handedOver = QUEUE.map((message) => ({ ...message, readAt: NOW, readVersion: 6 }));
    const instance = {
      ...conversation.instance,
      lastReadMessageId: messageIdOf(3),
      lastActivityAt: NOW,
      version: 6,
    };
    expect(output).toEqual({
      instance,
      stale: false,
      messages: handedOver,
      alreadyRead: [],
      more: false,
      outcomes: [],
    });
    expect(changes).toEqual({ instance, posted: [], amended: handedOver, gitDiff: undefined });
  });

  test('changes nothing when nothing is queued', () => {
    const conversation = aConversation([aStep()], atCursor);
    const { output, changes } = readPending(conversation, read(CURSOR));
    expect(output).toMatchObject({ stale: false, messages: [] });
    expect(changes).toBeNull();
  });

  test('makes the next read with that id stale, and hands over nothing twice', () => {
    const first = aConversation([aStep(), ...QUEUE], atCursor);
    const after = applyChanges(first, readPending(first, read(CURSOR)).changes);
    const second = readPending(after, read(CURSOR));
    expect(second.output).toMatchObject({ stale: true, messages: [] });
    expect(second.output.alreadyRead.map(({ position }) => position)).toEqual([2, 3]);
    expect(second.changes).toBeNull();
    expect(readPending(after, read(messageIdOf(3))).output).toMatchObject({ stale: false, messages: [] });
  });

  test.each<[StoredStatus, Message]>([
    ['ACTIVE', aStep()],
    ['AWAITING_INPUT', aQuestion()],
    ['COMPLETED', aStep()],
  ])('does not change the status %s', (status, message) => {
    const conversation = aConversation([message, ...QUEUE], { ...atCursor, status });
    const { changes } = readPending(conversation, read(CURSOR));
    expect(changes?.instance).toMatchObject({
      status,
      endedAt: status === 'COMPLETED' ? BEFORE : null,
    });
  });
});

describe('reading pending messages with another id', () => {
  test.each([
    ['of an earlier message', messageIdOf(1)],
    ['of a queued message', messageIdOf(3)],
    ['that is unknown', messageIdOf(77)],
  ])('%s is stale, gets no messages and moves nothing', (_what, id) => {
    const conversation = aConversation([aStep(), aStep({ position: 2 }), aQueuedMessage({ position: 3 })], {
      ...atCursor,
      lastReadMessageId: messageIdOf(2),
    });
    expect(readPending(conversation, read(id))).toEqual({
      output: {
        instance: conversation.instance,
        stale: true,
        messages: [],
        alreadyRead: [],
        more: false,
        outcomes: [],
      },
      changes: null,
    });
  });

  test('is stale if the agent has neither written nor read anything yet', () => {
    const conversation = aConversation([aQueuedMessage()], { ...atCursor, lastReadMessageId: null });
    const { output } = readPending(conversation, read(messageIdOf(1)));
    expect(output).toMatchObject({ stale: true, messages: [], alreadyRead: [] });
  });

  test('lists as already read what was handed over after that id, but no steps and nothing queued', () => {
    const conversation = aConversation(
      [
        aReadMessage({ position: 1, readVersion: 2 }),
        aStep({ position: 2, readVersion: 3 }),
        aReadMessage({ position: 3, readVersion: 5 }),
        aStep({ position: 4, readVersion: 5 }),
        aReadMessage({ position: 5, readVersion: 6 }),
        aQueuedMessage({ position: 6 }),
      ],
      { ...atCursor, lastReadMessageId: messageIdOf(5) },
    );
    const { output } = readPending(conversation, read(messageIdOf(2)));
    expect(output.alreadyRead.map(({ position }) => position)).toEqual([3, 5]);
    expect(readPending(conversation, read(messageIdOf(4))).output.alreadyRead).toMatchObject([
      { position: 5 },
    ]);
  });

  test('lists only the later messages of the hand-off that the id belongs to', () => {
    const conversation = aConversation(
      [4, 3, 2].map((position) => aReadMessage({ position, readVersion: 5 })),
      { ...atCursor, lastReadMessageId: messageIdOf(4) },
    );
    const { output } = readPending(conversation, read(messageIdOf(2)));
    expect(output.alreadyRead.map(({ position }) => position)).toEqual([3, 4]);
  });

  test('lists in the order of hand-offs, even if an older message was handed over later', () => {
    // Position 2 was queued; 3 was typed at the agent itself; then a step (4) handed over 2.
    let conversation = applyChanges(EMPTY_CONVERSATION, postStep(EMPTY_CONVERSATION, 1));
    conversation = applyChanges(conversation, userSays(conversation, 2, false));
    conversation = applyChanges(conversation, userSays(conversation, 3, true));
    conversation = applyChanges(conversation, postStep(conversation, 4));

    const since = (id: number) =>
      readPending(conversation, read(messageIdOf(id))).output.alreadyRead.map(({ position }) => position);
    expect(since(1)).toEqual([3, 2]);
    expect(since(3)).toEqual([2]);
    expect(since(2)).toEqual([]);
  });
});

describe('the activity of an agent that reads', () => {
  const silence = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);
  const reads = [
    ['without an id', null],
    ['with the cursor', CURSOR],
    ['with another id', messageIdOf(77)],
  ] as const;

  test.each(reads)('%s is recorded after 30 s without activity, and changes nothing else', (_how, id) => {
    const conversation = aConversation([aStep()], { ...atCursor, lastActivityAt: silence(30_000) });
    const { output, changes } = readPending(conversation, read(id));
    expect(changes).toEqual({
      instance: { ...conversation.instance, lastActivityAt: NOW, version: 6 },
      posted: [],
      amended: [],
      gitDiff: undefined,
    });
    expect(output.messages).toEqual([]);
  });

  test.each(reads)('%s is not recorded more often', (_how, id) => {
    for (const silent of [0, 29_999]) {
      const conversation = aConversation([aStep()], { ...atCursor, lastActivityAt: silence(silent) });
      expect(readPending(conversation, read(id)).changes).toBeNull();
    }
  });

  test('does not hand over what a read without an id returns', () => {
    const conversation = aConversation([aStep(), ...QUEUE], { ...atCursor, lastActivityAt: BEFORE });
    const { output, changes } = readPending(conversation, read(null));
    expect(output.messages).toEqual(QUEUE);
    expect(changes).toMatchObject({ amended: [], instance: { lastReadMessageId: CURSOR } });
  });

  test('is recorded with a resolution of 30 s', () => {
    expect(ACTIVITY_RESOLUTION_MS).toBe(30_000);
  });
});

describe('a reader that waits for the answer to a question', () => {
  const asked = (fields: Parameters<typeof aQuestion>[0]) =>
    aConversation([aQuestion({ position: 1, ...fields })], atCursor);
  const waitingFor = { ...read(CURSOR), questionId: CURSOR };

  test.each(['expired', 'withdrawn', 'closed'] as const)(
    'learns that it is %s, each time',
    (questionStatus) => {
      const { outcomes } = readPending(asked({ questionStatus }), waitingFor).output;
      expect(outcomes).toMatchObject([{ questionId: CURSOR, status: questionStatus, decidedBy: null }]);
    },
  );

  test('learns it once if the agent has not been told', () => {
    const conversation = asked({ questionStatus: 'expired' });
    const untoldEndings = [{ questionId: CURSOR, status: 'expired' as const }];
    const untold = { ...conversation, instance: { ...conversation.instance!, untoldEndings } };
    expect(readPending(untold, waitingFor).output.outcomes).toHaveLength(1);
  });

  test('learns nothing while the question is open', () => {
    expect(readPending(asked({}), waitingFor).output.outcomes).toEqual([]);
  });

  test('is refused if the conversation has no such question', () => {
    const conversation = aConversation([aStep()], atCursor);
    expect(refusalOf(() => readPending(conversation, waitingFor))).toMatchObject({
      code: 'question_not_found',
    });
  });
});

test('reading fails if the instance does not exist or was deleted', () => {
  expect(refusalOf(() => readPending(EMPTY_CONVERSATION, read(null)))).toMatchObject({
    code: 'agent_instance_not_found',
    message: 'Agent instance not found',
    field: 'agent_instance_id',
  });
  const deleted = aConversation([aStep(), ...QUEUE], { ...atCursor, status: 'DELETED' });
  for (const id of [null, CURSOR, messageIdOf(77)]) {
    expect(refusalOf(() => readPending(deleted, read(id))).code).toBe('instance_deleted');
  }
});

const postStep = (conversation: Parameters<typeof postAgentMessage>[0], id: number) =>
  postAgentMessage(conversation, {
    agentInstanceId: instanceIdOf(1),
    agentTypeName: 'claude-code',
    content: 'a step',
    isQuestion: false,
    metadata: null,
    gitDiff: null,
    hasIdempotencyKey: false,
    isClientGone: false,
    newMessageId: messageIdOf(id),
    newAgentTypeId: agentTypeIdOf(1),
    now: NOW,
  }).changes;

const userSays = (conversation: Parameters<typeof receiveUserMessage>[0], id: number, markAsRead: boolean) =>
  receiveUserMessage(conversation, { content: 'hm', markAsRead, newMessageId: messageIdOf(id), now: NOW })
    .changes;
