import { describe, expect, test } from 'vitest';
import type { StoredStatus } from '../../../src/domain/conversation/agent-instance.ts';
import { type AgentMessage, postAgentMessage } from '../../../src/domain/conversation/agent-messages.ts';
import { EMPTY_CONVERSATION } from '../../../src/domain/conversation/conversation.ts';
import type { Message } from '../../../src/domain/conversation/message.ts';
import { checkGitDiff } from '../../../src/domain/text/git-diff.ts';
import {
  aConversation,
  agentTypeIdOf,
  anAgentType,
  aQuestion,
  aQueuedMessage,
  aReadMessage,
  aStep,
  BEFORE,
  instanceIdOf,
  messageIdOf,
  NOW,
} from '../../support/builders.ts';
import { refusalOf } from '../refusal-of.ts';

const NEW = messageIdOf(99);

const sent = (fields: Partial<AgentMessage> = {}): AgentMessage => ({
  agentInstanceId: instanceIdOf(1),
  agentTypeName: 'claude-code',
  content: 'the new message',
  isQuestion: false,
  metadata: null,
  gitDiff: null,
  hasIdempotencyKey: false,
  isClientGone: false,
  newMessageId: NEW,
  newAgentTypeId: agentTypeIdOf(9),
  now: NOW,
  ...fields,
});

const isQuestionOf = { step: false, question: true } as const;
const QUEUE = [aQueuedMessage({ position: 2 }), aQueuedMessage({ position: 3 })];

type Row = [
  kind: 'step' | 'question',
  before: StoredStatus | 'absent',
  queue: readonly Message[],
  after: StoredStatus,
  question: Message['questionStatus'],
];

describe('a message of the agent', () => {
  test.each<Row>([
    ['step', 'absent', [], 'ACTIVE', null],
    ['step', 'ACTIVE', [], 'ACTIVE', null],
    ['step', 'ACTIVE', QUEUE, 'ACTIVE', null],
    ['step', 'AWAITING_INPUT', [], 'AWAITING_INPUT', null],
    ['step', 'AWAITING_INPUT', QUEUE, 'AWAITING_INPUT', null],
    ['step', 'COMPLETED', [], 'COMPLETED', null],
    ['step', 'COMPLETED', QUEUE, 'ACTIVE', null],
    ['question', 'absent', [], 'AWAITING_INPUT', 'open'],
    ['question', 'ACTIVE', [], 'AWAITING_INPUT', 'open'],
    ['question', 'ACTIVE', QUEUE, 'AWAITING_INPUT', 'open'],
    ['question', 'AWAITING_INPUT', [], 'AWAITING_INPUT', 'open'],
    ['question', 'AWAITING_INPUT', QUEUE, 'AWAITING_INPUT', 'open'],
    ['question', 'COMPLETED', [], 'COMPLETED', 'closed'],
    ['question', 'COMPLETED', QUEUE, 'AWAITING_INPUT', 'open'],
  ])(
    'a %s to an instance that is %s, with the queue %j: it is %s, the question %s',
    (kind, before, queue, after, question) => {
      const conversation =
        before === 'absent'
          ? EMPTY_CONVERSATION
          : aConversation([before === 'AWAITING_INPUT' ? aQuestion() : aStep(), ...queue], {
              status: before,
              version: 5,
              lastReadMessageId: messageIdOf(1),
            });
      const { output, changes } = postAgentMessage(conversation, sent({ isQuestion: isQuestionOf[kind] }));

      const position = before === 'absent' ? 1 : 2 + queue.length;
      expect(changes?.instance).toMatchObject({
        status: after,
        endedAt: after === 'COMPLETED' ? BEFORE : null,
        lastPosition: before === 'absent' ? 1 : Math.max(2, position),
        lastReadMessageId: NEW,
        lease: kind === 'question' || queue.length > 0 ? { messageId: NEW, deliveries: 1 } : null,
        lastActivityAt: NOW,
        version: before === 'absent' ? 1 : 6,
      });
      expect(output.message).toEqual({
        id: NEW,
        agentInstanceId: instanceIdOf(1),
        position: changes?.instance.lastPosition,
        senderType: 'AGENT',
        content: 'the new message',
        createdAt: NOW,
        metadata: null,
        question: null,
        reach: null,
        requiresUserInput: kind === 'question',
        readAt: null,
        readVersion: changes?.instance.version,
        questionStatus: question,
        answerId: null,
        expiresAt: null,
        answerTo: null,
      });
      expect(changes?.posted).toEqual([output.message]);
      const handedOver = queue.map((message) => ({ ...message, readAt: NOW, readVersion: 6 }));
      expect(output.handedOver).toEqual(handedOver);
      expect(changes?.amended).toEqual(handedOver);
    },
  );

  test.each(['step', 'question'] as const)('a %s fails if the instance was deleted', (kind) => {
    for (const queue of [[], QUEUE]) {
      const conversation = aConversation([aStep(), ...queue], { status: 'DELETED' });
      const post = () => postAgentMessage(conversation, sent({ isQuestion: isQuestionOf[kind] }));
      expect(refusalOf(post)).toMatchObject({ code: 'instance_deleted', field: 'agent_instance_id' });
    }
  });

  test('hands off the queue by position, in whatever order it was loaded', () => {
    const queue = [5, 2, 4].map((position) => aQueuedMessage({ position }));
    const conversation = aConversation([...queue, aStep(), aReadMessage({ position: 3 })]);
    const { output, changes } = postAgentMessage(conversation, sent());
    expect(output.handedOver.map(({ position }) => position)).toEqual([2, 4, 5]);
    expect(output.message.position).toBe(6);
    expect(changes?.instance.lastReadMessageId).toBe(NEW);
  });

  test('does not hand over the same message twice', () => {
    const conversation = aConversation([aStep(), aReadMessage({ position: 2 })]);
    const { output, changes } = postAgentMessage(conversation, sent());
    expect(output.handedOver).toEqual([]);
    expect(changes?.amended).toEqual([]);
  });

  test('that is a step neither closes nor answers an open question, and does not hide it', () => {
    const { changes } = postAgentMessage(
      aConversation([aQuestion()], { status: 'AWAITING_INPUT' }),
      sent({ isQuestion: false }),
    );
    expect(changes).toMatchObject({ amended: [], instance: { status: 'AWAITING_INPUT' } });
  });

  test('keeps its metadata', () => {
    const { output } = postAgentMessage(aConversation(), sent({ metadata: { tool: 'bash' } }));
    expect(output.message.metadata).toEqual({ tool: 'bash' });
  });

  test('does not change the name, start, heartbeat and metadata of its instance', () => {
    const kept = {
      name: 'nightly',
      startedAt: BEFORE,
      lastHeartbeatAt: BEFORE,
      metadata: { transport: 'stdio' },
    };
    const { changes } = postAgentMessage(aConversation([], kept), sent({ agentTypeName: 'another' }));
    expect(changes?.instance).toMatchObject({ ...kept, agentType: anAgentType() });
  });
});

describe('the first message of an instance', () => {
  test('creates it with the id that the agent chose', () => {
    const { changes } = postAgentMessage(EMPTY_CONVERSATION, sent({ agentInstanceId: instanceIdOf(7) }));
    expect(changes?.instance).toEqual({
      id: instanceIdOf(7),
      agentType: { id: agentTypeIdOf(9), name: 'claude-code' },
      name: null,
      status: 'ACTIVE',
      startedAt: NOW,
      endedAt: null,
      failure: null,
      metadata: null,
      context: {},
      lastPosition: 1,
      stepCount: 1,
      lastReadMessageId: NEW,
      lease: null,
      untoldEndings: [],
      stop: null,
      lastHeartbeatAt: null,
      lastActivityAt: NOW,
      deletion: null,
      version: 1,
    });
  });

  test('needs an agent type', () => {
    expect(
      refusalOf(() => postAgentMessage(EMPTY_CONVERSATION, sent({ agentTypeName: null }))),
    ).toMatchObject({
      code: 'agent_type_required',
      message: 'agent_type is required when creating new instance',
      field: 'agent_type',
    });
  });

  test('makes a new agent type under its normalised name', () => {
    const { changes } = postAgentMessage(EMPTY_CONVERSATION, sent({ agentTypeName: ' Claude-Code ' }));
    expect(changes?.instance.agentType).toEqual({ id: agentTypeIdOf(9), name: 'claude-code' });
  });

  test('uses the existing agent type of that name', () => {
    const agentType = anAgentType({ id: agentTypeIdOf(3) });
    const { changes } = postAgentMessage(
      { ...EMPTY_CONVERSATION, agentType },
      sent({ agentTypeName: 'CLAUDE-code' }),
    );
    expect(changes?.instance.agentType).toBe(agentType);
  });

  test('is the only one that needs it', () => {
    const { changes } = postAgentMessage(aConversation([aStep()]), sent({ agentTypeName: null }));
    expect(changes?.instance.agentType).toEqual(anAgentType());
  });
});

describe('a question of the same text as an open one', () => {
  const again = sent({ isQuestion: true, content: 'Deploy?' });
  const open = aQuestion({ content: 'Deploy?' });

  test('is attached to it: nothing is posted, and the open question is returned', () => {
    const conversation = aConversation([open], { status: 'AWAITING_INPUT', version: 4 });
    const { output, changes } = postAgentMessage(conversation, again);
    expect(output.message).toEqual({ ...open, readVersion: 5 });
    expect(changes).toMatchObject({
      posted: [],
      amended: [{ ...open, readVersion: 5 }],
      instance: { status: 'AWAITING_INPUT', lastPosition: 1, lastReadMessageId: open.id, version: 5 },
    });
  });

  test('still hands off the queue and moves the cursor to that question', () => {
    const conversation = aConversation([open, aStep({ position: 2 }), aQueuedMessage({ position: 3 })]);
    const { output, changes } = postAgentMessage(conversation, again);
    expect(output.handedOver.map(({ id }) => id)).toEqual([messageIdOf(3)]);
    expect(changes?.instance).toMatchObject({ status: 'AWAITING_INPUT', lastReadMessageId: open.id });
  });

  test('returns again what was handed over with it, and then what was queued since', () => {
    const came = aQueuedMessage({ position: 1, readAt: NOW, readVersion: 3 });
    const question = aQuestion({ content: 'Deploy?', position: 2, readVersion: 3 });
    const conversation = aConversation([came, question, aQueuedMessage({ position: 4 })], { version: 7 });
    const { output } = postAgentMessage(conversation, again);
    expect(output.handedOver.map(({ id, readVersion }) => [id, readVersion])).toEqual([
      [messageIdOf(1), 8],
      [messageIdOf(4), 8],
    ]);
  });

  test('is attached to the newest of several', () => {
    const newer = aQuestion({ content: 'Deploy?', position: 2 });
    expect(postAgentMessage(aConversation([newer, open]), again).output.message.id).toBe(newer.id);
  });

  test.each<[string, Message]>([
    ['was answered', { ...open, questionStatus: 'answered' }],
    ['was closed', { ...open, questionStatus: 'closed' }],
    ['differs in a letter', { ...open, content: 'deploy?' }],
    ['is a step of that text', aStep({ content: 'Deploy?' })],
  ])('is asked anew when the earlier one %s', (_why, earlier) => {
    const { output } = postAgentMessage(aConversation([earlier]), again);
    expect(output.message).toMatchObject({ id: NEW, position: 2, questionStatus: 'open' });
  });

  test('is not attached if it is a step', () => {
    const { output } = postAgentMessage(aConversation([open]), { ...again, isQuestion: false });
    expect(output.message).toMatchObject({ id: NEW, questionStatus: null });
  });
});

describe('the git diff of a message', () => {
  const DIFF = 'diff --git a/x b/x\n+x\n';

  test.each([
    ['a diff', DIFF, 'stored', DIFF],
    ['a diff over 1 MiB', DIFF + '+y\n'.repeat(400_000), 'cut', expect.stringMatching(/^diff --git/)],
    ['white space', ' \n', 'cleared', null],
    ['something else', 'hello', 'rejected', undefined],
    ['not a text', 42, 'rejected', undefined],
    ['null', null, null, undefined],
    ['nothing', undefined, null, undefined],
  ])('%s: the status is %3$s and the message is posted all the same', (_what, gitDiff, status, stored) => {
    const { output, changes } = postAgentMessage(aConversation(), sent({ gitDiff: checkGitDiff(gitDiff) }));
    expect(output.gitDiffStatus).toBe(status);
    expect(changes?.gitDiff).toEqual(stored);
    expect(changes?.posted).toHaveLength(1);
  });
});

test('an instance that could not finish and goes on has not failed any more', () => {
  const failed = { status: 'COMPLETED', failure: 'no disk' } as const;
  const { changes } = postAgentMessage(aConversation([aQueuedMessage({ position: 1 })], failed), sent());
  expect(changes?.instance).toMatchObject({ status: 'ACTIVE', endedAt: null, failure: null });
});
