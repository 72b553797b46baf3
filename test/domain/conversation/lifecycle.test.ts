import { describe, expect, test } from 'vitest';
import {
  type Deletion,
  isEndedOrDeleted,
  type StoredStatus,
} from '../../../src/domain/conversation/agent-instance.ts';
import {
  applyChanges,
  EMPTY_CONVERSATION,
  hideDeletedInstance,
} from '../../../src/domain/conversation/conversation.ts';
import {
  deleteInstance,
  endSession,
  heartbeat,
  renameInstance,
  restoreInstance,
  startAgentInstance,
} from '../../../src/domain/conversation/lifecycle.ts';
import type { Message } from '../../../src/domain/conversation/message.ts';
import {
  aConversation,
  agentTypeIdOf,
  anAgentType,
  aQuestion,
  aQueuedMessage,
  aStep,
  BEFORE,
  instanceIdOf,
  messageIdOf,
  NOW,
} from '../../support/builders.ts';
import { refusalOf } from '../refusal-of.ts';

const STATUSES: StoredStatus[] = ['ACTIVE', 'AWAITING_INPUT', 'COMPLETED', 'DELETED'];

describe('starting an instance', () => {
  const start = { id: instanceIdOf(1), agentType: anAgentType({ id: agentTypeIdOf(9) }), now: NOW };

  test('makes it active, with no message and no cursor', () => {
    const { output, changes } = startAgentInstance(EMPTY_CONVERSATION, start);
    expect(output).toEqual({
      id: instanceIdOf(1),
      agentType: { id: agentTypeIdOf(9), name: 'claude-code' },
      name: null,
      status: 'ACTIVE',
      startedAt: NOW,
      endedAt: null,
      failure: null,
      metadata: null,
      context: {},
      lastPosition: 0,
      stepCount: 0,
      lastReadMessageId: null,
      lease: null,
      untoldEndings: [],
      stop: null,
      lastHeartbeatAt: null,
      lastActivityAt: NOW,
      deletion: null,
      version: 1,
    });
    expect(changes).toEqual({ instance: output, posted: [], amended: [], gitDiff: undefined });
  });

  test('keeps its name and metadata', () => {
    const given = { name: 'nightly', metadata: { transport: 'stdio' } };
    expect(startAgentInstance(EMPTY_CONVERSATION, { ...start, ...given }).output).toMatchObject(given);
  });

  test('uses the existing agent type of that name', () => {
    const agentType = anAgentType({ id: agentTypeIdOf(3) });
    expect(startAgentInstance({ ...EMPTY_CONVERSATION, agentType }, start).output.agentType).toBe(agentType);
  });

  test.each(STATUSES)('fails if the instance exists and is %s', (status) => {
    expect(refusalOf(() => startAgentInstance(aConversation([], { status }), start))).toMatchObject({
      code: 'agent_instance_exists',
      message: 'Agent instance already exists',
      field: 'agent_instance_id',
    });
  });
});

describe('ending a session', () => {
  test.each<StoredStatus>(['ACTIVE', 'AWAITING_INPUT'])('completes an instance that is %s', (status) => {
    const cursor = messageIdOf(1);
    const conversation = aConversation([aStep()], { status, lastReadMessageId: cursor, version: 5 });
    const { output, changes } = endSession(conversation, { now: NOW });
    expect(output).toEqual({
      ...conversation.instance,
      status: 'COMPLETED',
      endedAt: NOW,
      lastActivityAt: NOW,
      version: 6,
    });
    expect(changes).toEqual({ instance: output, posted: [], amended: [], gitDiff: undefined });
  });

  test('closes every open question and changes no other message', () => {
    const open = [aQuestion({ position: 1 }), aQuestion({ position: 4 })];
    const conversation = aConversation([
      ...open,
      aQuestion({ position: 2, questionStatus: 'answered', answerId: messageIdOf(3) }),
      aQueuedMessage({ position: 5 }),
    ]);
    const { changes } = endSession(conversation, { now: NOW });
    expect(changes?.amended).toEqual(open.map((question) => ({ ...question, questionStatus: 'closed' })));
    expect(changes?.instance.untoldEndings).toEqual(
      open.map(({ id }) => ({ questionId: id, status: 'closed' })),
    );
  });

  test('keeps why the agent could not finish', () => {
    const { output } = endSession(aConversation([aStep()]), { now: NOW, failure: 'no disk' });
    expect(output).toMatchObject({ status: 'COMPLETED', failure: 'no disk' });
  });

  test('twice changes nothing the second time: the end time is set once', () => {
    const active = aConversation([aStep()]);
    const ended = applyChanges(active, endSession(active, { now: BEFORE }).changes);
    const { output, changes } = endSession(ended, { now: NOW });
    expect(changes).toBeNull();
    expect(output).toMatchObject({ status: 'COMPLETED', endedAt: BEFORE });
  });
});

describe('a heartbeat', () => {
  test.each<[StoredStatus, Message]>([
    ['ACTIVE', aStep()],
    ['AWAITING_INPUT', aQuestion()],
    ['COMPLETED', aStep()],
  ])('does not change the status %s', (status, message) => {
    const conversation = aConversation([message], {
      status,
      lastReadMessageId: messageIdOf(1),
      version: 5,
    });
    const { output, changes } = heartbeat(conversation, { now: NOW });
    expect(output).toEqual({ ...conversation.instance, lastHeartbeatAt: NOW, version: 6 });
    expect(changes).toEqual({ instance: output, posted: [], amended: [], gitDiff: undefined });
  });
});

describe('renaming', () => {
  const conversation = aConversation([aQuestion()], { name: 'old', status: 'AWAITING_INPUT', version: 5 });

  test.each(['new', null])('gives the name %j and changes nothing else', (name) => {
    const { output, changes } = renameInstance(conversation, { name, now: NOW });
    expect(output).toEqual({ ...conversation.instance, name, version: 6 });
    expect(changes).toEqual({ instance: output, posted: [], amended: [], gitDiff: undefined });
  });

  test('to the same name changes nothing', () => {
    const { output, changes } = renameInstance(conversation, { name: 'old', now: NOW });
    expect([output, changes]).toEqual([conversation.instance, null]);
  });
});

describe('deleting', () => {
  test.each<[Deletion['statusBefore'], Message]>([
    ['ACTIVE', aStep()],
    ['AWAITING_INPUT', aQuestion()],
    ['COMPLETED', aStep()],
  ])(
    'and restoring an instance that is %s brings it back as it was, with its open questions',
    (status, message) => {
      const before = aConversation([message], { status, version: 5 });
      const deleted = deleteInstance(before, { now: NOW });
      expect(deleted.output).toEqual({
        ...before.instance,
        status: 'DELETED',
        deletion: { deletedAt: NOW, statusBefore: status },
        version: 6,
      });
      expect(deleted.changes).toEqual({
        instance: deleted.output,
        posted: [],
        amended: [],
        gitDiff: undefined,
      });
      const restored = restoreInstance(applyChanges(before, deleted.changes), { now: NOW });
      expect(restored.output).toEqual({ ...before.instance, version: 7 });
      expect(restored.changes?.amended).toEqual([]);
    },
  );

  test('again changes nothing: the first time counts', () => {
    const deleted = aConversation([], { status: 'DELETED' });
    expect(deleteInstance(deleted, { now: NOW })).toEqual({ output: deleted.instance, changes: null });
  });

  test('hides the instance from its owner, as if it had never existed', () => {
    const rename = () =>
      renameInstance(hideDeletedInstance(aConversation([], { status: 'DELETED' })), { name: 'x', now: NOW });
    expect(refusalOf(rename).code).toBe('agent_instance_not_found');
  });
});

describe('restoring', () => {
  const DAYS = 24 * 60 * 60 * 1000;
  const deletedFor = (milliseconds: number) =>
    aConversation([], {
      status: 'DELETED',
      deletion: { deletedAt: new Date(NOW.getTime() - milliseconds), statusBefore: 'COMPLETED' },
    });

  test('is possible for 30 days', () => {
    expect(restoreInstance(deletedFor(30 * DAYS), { now: NOW }).output.status).toBe('COMPLETED');
    const late = () => restoreInstance(deletedFor(30 * DAYS + 1), { now: NOW });
    expect(refusalOf(late).code).toBe('agent_instance_not_found');
  });

  test('an instance that is not deleted changes nothing', () => {
    const conversation = aConversation();
    expect(restoreInstance(conversation, { now: NOW })).toEqual({
      output: conversation.instance,
      changes: null,
    });
  });

  test.each([
    ['restoring', restoreInstance],
    ['deleting', deleteInstance],
  ])('%s fails if the instance never existed', (_, decide) => {
    expect(refusalOf(() => decide(EMPTY_CONVERSATION, { now: NOW })).code).toBe('agent_instance_not_found');
  });
});

describe.each([
  ['ending a session', endSession],
  ['a heartbeat', heartbeat],
])('%s', (_name, decide) => {
  test('fails if the instance does not exist', () => {
    expect(refusalOf(() => decide(EMPTY_CONVERSATION, { now: NOW }))).toMatchObject({
      code: 'agent_instance_not_found',
      message: 'Agent instance not found',
    });
  });

  test('fails if the instance was deleted', () => {
    const deleted = aConversation([], { status: 'DELETED' });
    expect(refusalOf(() => decide(deleted, { now: NOW })).code).toBe('instance_deleted');
  });
});

test.each([
  ['ACTIVE', false],
  ['AWAITING_INPUT', false],
  ['COMPLETED', true],
  ['DELETED', true],
] as const)('an instance that is %s is over: %s', (status, over) => {
  const { instance } = aConversation([], { status });
  expect(instance !== null && isEndedOrDeleted(instance)).toBe(over);
});
