import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { postAgentMessage, requestUserInput } from '../domain/agent-speaks.ts';
import { agentTypeName } from '../domain/agent-type.ts';
import { type Conversation, type Decision, existing } from '../domain/conversation.ts';
import { readPending } from '../domain/hand-off.ts';
import type { AgentInstanceId, AgentTypeId, MessageId, UserId } from '../domain/ids.ts';
import {
  deleteInstance,
  endSession,
  heartbeat,
  restoreInstance,
  startAgentInstance,
} from '../domain/lifecycle.ts';
import type { Message } from '../domain/message.ts';
import { readAnswer } from '../domain/read-answer.ts';
import { receiveUserMessage } from '../domain/user-speaks.ts';
import type { AgentInstanceRepository, UpdateTarget } from '../ports/agent-instance-repository.ts';
import type { Signal, Signals } from '../ports/signals.ts';
import { assertIncludes, assertMatches } from './assertions.ts';
import type { TestRunner } from './test-runner.ts';

/** An open store; two repositories on the same data stand for two processes where the adapter allows it. */
export interface OpenStore {
  readonly repositories: readonly [AgentInstanceRepository, AgentInstanceRepository];
  /** Those that the first repository publishes to. */
  readonly signals: Signals;
}

const newId = <Id extends string>() => randomUUID() as Id;
const someone = () => `user-${randomUUID()}` as UserId;
const NOW = new Date('2026-03-01T12:00:00.123Z');

/**
 * What every store must keep, whichever way it keeps it.
 * @param open asked within tests only, so the store may be opened by a hook before them. One store serves
 * all: each test has users of its own.
 */
export function agentInstanceRepositoryContract({ describe, test }: TestRunner, open: () => OpenStore): void {
  const store = () => open().repositories[0];

  const decided =
    <Output>(decide: (conversation: Conversation) => Decision<Output>) =>
    (conversation: Conversation) => ({ ...decide(conversation), record: null });

  const post = (
    target: Pick<UpdateTarget, 'userId' | 'agentInstanceId'>,
    fields: { content?: string; isQuestion?: boolean; agentType?: string | null } = {},
    repository = store(),
  ) => {
    const typeName = fields.agentType === undefined ? 'claude-code' : fields.agentType;
    const name = typeName === null ? null : agentTypeName(typeName);
    return repository.update(
      { ...target, queue: true, questionCompany: fields.isQuestion ?? false, agentTypeName: name },
      decided((conversation) =>
        postAgentMessage(conversation, {
          agentInstanceId: target.agentInstanceId,
          agentTypeName: name,
          content: fields.content ?? 'a step',
          isQuestion: fields.isQuestion ?? false,
          metadata: { nested: { list: [1, 'two', null] } },
          gitDiff: null,
          newMessageId: newId<MessageId>(),
          newAgentTypeId: newId<AgentTypeId>(),
          now: NOW,
        }),
      ),
    );
  };

  const say = (
    target: Pick<UpdateTarget, 'userId' | 'agentInstanceId'>,
    content: string,
    markAsRead = false,
    repository = store(),
  ) =>
    repository.update(
      target,
      decided((conversation) =>
        receiveUserMessage(conversation, { content, markAsRead, newMessageId: newId<MessageId>(), now: NOW }),
      ),
    );

  const read = (
    target: Pick<UpdateTarget, 'userId' | 'agentInstanceId'>,
    lastReadMessageId: MessageId | null,
    repository = store(),
  ) =>
    repository.update(
      { ...target, queue: true, readSince: lastReadMessageId },
      decided((conversation) => readPending(conversation, { lastReadMessageId, now: NOW })),
    );

  const readQuestion = (
    target: Pick<UpdateTarget, 'userId' | 'agentInstanceId'>,
    questionId: MessageId,
    repository = store(),
  ) =>
    repository.update(
      { ...target, question: questionId },
      decided((conversation) => readAnswer(conversation, { questionId, now: NOW })),
    );

  const look = (
    target: Pick<UpdateTarget, 'userId' | 'agentInstanceId'>,
    extra: Partial<UpdateTarget> = {},
  ) =>
    store().update({ ...target, queue: true, ...extra }, (conversation, record) => ({
      output: { ...conversation, record },
      changes: null,
      record: null,
    }));

  const someInstance = () => ({ userId: someone(), agentInstanceId: newId<AgentInstanceId>() });
  const contents = (messages: readonly Message[]) => messages.map(({ content }) => content);

  describe('what is saved is what is loaded', () => {
    test('an instance, its type and a question come back field by field', async () => {
      const target = someInstance();
      const { message } = await post(target, {
        content: 'Which port?\n\u{1F4A5} \u2028',
        isQuestion: true,
        agentType: ' Claude-Code ',
      });
      const { instance, messages } = await look(target);
      assert.deepEqual(messages, [message]);
      assert.deepEqual(instance, {
        id: target.agentInstanceId,
        agentType: { id: instance!.agentType.id, name: 'claude-code' },
        name: null,
        status: 'AWAITING_INPUT',
        startedAt: NOW,
        endedAt: null,
        metadata: null,
        lastPosition: 1,
        stepCount: 0,
        lastReadMessageId: message.id,
        lastHeartbeatAt: null,
        lastActivityAt: NOW,
        deletion: null,
        version: 1,
      });
    });

    test('a deletion comes back, and is gone when it is restored', async () => {
      const target = someInstance();
      await post(target, { isQuestion: true });
      await store().update(
        target,
        decided((conversation) => deleteInstance(conversation, { now: NOW })),
      );
      assertMatches((await look(target)).instance, {
        status: 'DELETED',
        deletion: { deletedAt: NOW, statusBefore: 'AWAITING_INPUT' },
      });
      await store().update(
        target,
        decided((conversation) => restoreInstance(conversation, { now: NOW })),
      );
      assertMatches((await look(target)).instance, { status: 'AWAITING_INPUT', deletion: null });
    });

    test('name, metadata, heartbeat and end come back too', async () => {
      const target = someInstance();
      const type = { id: newId<AgentTypeId>(), name: 'cron' };
      await store().update(
        { ...target, agentTypeName: 'cron' },
        decided((conversation) =>
          startAgentInstance(conversation, {
            id: target.agentInstanceId,
            agentType: type,
            name: 'nightly "build"',
            metadata: { transport: 'stdio' },
            now: NOW,
          }),
        ),
      );
      await store().update(
        target,
        decided((conversation) => heartbeat(conversation, { now: NOW })),
      );
      await store().update(
        target,
        decided((conversation) => endSession(conversation, { now: NOW })),
      );
      const { instance } = await look(target);
      assertMatches(instance, {
        agentType: type,
        name: 'nightly "build"',
        metadata: { transport: 'stdio' },
        status: 'COMPLETED',
        lastHeartbeatAt: NOW,
        endedAt: NOW,
        version: 3,
      });
    });

    test('amended fields of earlier messages come back', async () => {
      const target = someInstance();
      const { message: question } = await post(target, { isQuestion: true });
      const answer = await say(target, 'yes');
      const { messages } = await look(target, { message: question.id });
      assertIncludes(messages, { ...question, questionStatus: 'answered', answerId: answer.id });
      assertIncludes(messages, answer);
    });

    test('a step turned into a question is an open question from then on', async () => {
      const target = someInstance();
      const { message } = await post(target);
      const changed = await store().update(
        { ...target, queue: true, message: message.id },
        decided((conversation) => requestUserInput(conversation, { messageId: message.id, now: NOW })),
      );
      assert.deepEqual((await look(target)).messages, [changed.message]);
    });
  });

  describe('what is loaded', () => {
    test('is nothing for an instance that does not exist', async () => {
      assertMatches(await look(someInstance()), { instance: null, messages: [], agentType: null });
    });

    test('leaves out the queue unless it is asked for', async () => {
      const target = someInstance();
      await post(target);
      await say(target, 'later');
      assert.deepEqual(contents((await look(target)).messages), ['later']);
      assert.deepEqual((await look(target, { queue: false })).messages, []);
    });

    test('leaves out a named message of another instance', async () => {
      const userId = someone();
      const here = { userId, agentInstanceId: newId<AgentInstanceId>() };
      const there = { userId, agentInstanceId: newId<AgentInstanceId>() };
      await post(here);
      const { message } = await post(there);
      assert.deepEqual((await look(here, { message: message.id })).messages, []);
      assert.deepEqual((await look(there, { message: message.id })).messages, [message]);
    });

    test('holds what was handed over after a message that is not the cursor any more', async () => {
      const target = someInstance();
      const { message: first } = await post(target);
      await say(target, 'a');
      await say(target, 'b');
      await read(target, first.id);
      assert.deepEqual(contents((await read(target, first.id)).alreadyRead), ['a', 'b']);
    });

    test('holds what was handed over with a question, for whoever asks it again', async () => {
      const target = someInstance();
      await post(target);
      await say(target, 'before');
      await post(target, { content: 'Deploy?', isQuestion: true });
      const again = await post(target, { content: 'Deploy?', isQuestion: true });
      assert.deepEqual(contents(again.handedOff), ['before']);
      assert.equal(again.message.position, 3);
    });

    test('holds a question with its answer and what was handed over with it, and nothing else', async () => {
      const target = someInstance();
      await post(target);
      await say(target, 'before');
      const { message: question } = await post(target, { content: 'Deploy?', isQuestion: true });
      const answer = await say(target, 'yes');
      await say(target, 'later');
      await post(target, { content: 'another step' });
      const { messages } = await look(target, { queue: false, question: question.id });
      assert.deepEqual(contents(messages.toSorted((a, b) => a.position - b.position)), [
        'before',
        'Deploy?',
        'yes',
      ]);
      assert.equal(messages.find(({ id }) => id === question.id)?.answerId, answer.id);
    });

    test('leaves out a named question of another instance, and of another user', async () => {
      const userId = someone();
      const here = { userId, agentInstanceId: newId<AgentInstanceId>() };
      const there = { userId, agentInstanceId: newId<AgentInstanceId>() };
      const { message: question } = await post(here, { isQuestion: true });
      await post(there);
      assert.deepEqual((await look(there, { question: question.id })).messages, []);
      assert.deepEqual((await look({ ...here, userId: someone() }, { question: question.id })).messages, []);
    });

    test('a step is no question, whatever it is asked for as', async () => {
      const target = someInstance();
      const { message: step } = await post(target);
      const asked = readQuestion(target, step.id);
      await assert.rejects(asked, { code: 'question_not_found' });
    });

    test("finds the user's agent type by name for an instance that is new", async () => {
      const userId = someone();
      await post({ userId, agentInstanceId: newId() }, { agentType: 'codex' });
      const known = await look({ userId, agentInstanceId: newId() }, { agentTypeName: 'codex' });
      assert.equal(known.agentType?.name, 'codex');
      const foreign = await look({ userId: someone(), agentInstanceId: newId() }, { agentTypeName: 'codex' });
      assert.equal(foreign.agentType, null);
    });
  });

  describe('an update is atomic', () => {
    test('a decision that throws writes nothing and fails only its own update', async () => {
      const target = someInstance();
      const refused = store().update({ ...target, agentTypeName: 'x' }, () => {
        throw new Error('no');
      });
      const [failure, success] = await Promise.allSettled([refused, post(target)]);
      assertMatches(failure, { status: 'rejected', reason: { message: 'no' } });
      assert.equal(success.status, 'fulfilled');
      assert.equal((await look(target)).instance?.lastPosition, 1);
    });

    test('a text the database cannot hold fails only its own update', async () => {
      const good = someInstance();
      const [bad, fine] = await Promise.allSettled([post(someInstance(), { content: 'NUL \0' }), post(good)]);
      assert.equal(fine.status, 'fulfilled');
      assert.equal((await look(good)).instance?.lastPosition, 1);
      // The in-memory store keeps any text; what matters is that a neighbour is not failed with it.
      assertIncludes(['fulfilled', 'rejected'], bad.status);
    });

    /** The changes of a user that are signalled from now on. */
    const signalled = (userId: UserId) => {
      const heard: Signal[] = [];
      const nothingSeen = { of: () => 0, total: () => 0 };
      open().signals.subscribeAll(userId, (signal) => heard.push(signal), nothingSeen);
      return heard;
    };

    test('a change is signalled with the version it led to', async () => {
      const target = someInstance();
      const heard = signalled(target.userId);
      await post(target);
      await say(target, 'hello');
      assert.deepEqual(heard, [
        { ...target, version: 1 },
        { ...target, version: 2 },
      ]);
    });

    test('one that changes nothing is not signalled', async () => {
      const target = someInstance();
      const heard = signalled(target.userId);
      await look(target);
      assert.deepEqual(heard, []);
    });
  });

  describe('tenants', () => {
    test('two users may use the same ids without meeting', async () => {
      const agentInstanceId = newId<AgentInstanceId>();
      const [ann, bob] = [someone(), someone()];
      await Promise.all([
        post({ userId: ann, agentInstanceId }, { content: 'of ann' }),
        post({ userId: bob, agentInstanceId }, { content: 'of bob' }),
      ]);
      await say({ userId: ann, agentInstanceId }, 'for ann');
      assert.deepEqual((await look({ userId: bob, agentInstanceId })).messages, []);
      assert.equal((await look({ userId: ann, agentInstanceId })).instance?.lastPosition, 2);
      assert.equal((await look({ userId: bob, agentInstanceId })).instance?.lastPosition, 1);
    });

    test('an update that looked at no queue does not hide it from the next one', async () => {
      const target = someInstance();
      await post(target);
      await say(target, 'queued');
      await store().update(
        target,
        decided((conversation) => heartbeat(conversation, { now: NOW })),
      );
      assert.deepEqual(contents((await post(target)).handedOff), ['queued']);
    });

    test('a change made by another process is seen by the next update here', async () => {
      const target = someInstance();
      const [here, there] = open().repositories;
      await post(target, {}, here);
      await say(target, 'from there', false, there);
      assert.deepEqual(contents((await post(target, {}, here)).handedOff), ['from there']);
      await say(target, 'from there again', true, there);
      assert.equal((await post(target, {}, here)).message.position, 5);
    });

    test('a look that changes nothing sees what another process has written', async () => {
      const target = someInstance();
      const [here, there] = open().repositories;
      await post(target, {}, here);
      await say(target, 'from there', false, there);
      assert.deepEqual(contents((await read(target, null, here)).messages), ['from there']);
    });

    test("another user's instance does not exist", async () => {
      const target = someInstance();
      const { message } = await post(target);
      const stranger = { ...target, userId: someone() };
      await assert.rejects(say(stranger, 'hi'), { code: 'agent_instance_not_found' });
      await assert.rejects(read(stranger, message.id), { code: 'agent_instance_not_found' });
      assert.equal(await store().instanceOfMessage(stranger.userId, message.id), null);
      assert.equal(await store().instanceOfMessage(target.userId, message.id), target.agentInstanceId);
    });
  });

  describe('idempotency records', () => {
    const counted = (
      target: Pick<UpdateTarget, 'userId' | 'agentInstanceId'>,
      key: string,
      repository = store(),
    ) =>
      repository.update({ ...target, agentTypeName: 'x', idempotencyKey: key }, (conversation, record) => {
        if (record !== null) return { output: record.answer, changes: null, record: null };
        const { output, changes } = postAgentMessage(conversation, {
          agentInstanceId: target.agentInstanceId,
          agentTypeName: 'x',
          content: 'once',
          isQuestion: false,
          metadata: null,
          gitDiff: null,
          newMessageId: newId<MessageId>(),
          newAgentTypeId: newId<AgentTypeId>(),
          now: NOW,
        });
        const answer = output.message.id;
        return { output: answer, changes, record: { fingerprint: 'f', answer, recordedAt: NOW } };
      });

    test('a record is written with its effect and seen by the next update', async () => {
      const target = someInstance();
      const first = await counted(target, 'k');
      assert.equal(await counted(target, 'k'), first);
      assert.equal((await look(target)).instance?.lastPosition, 1);
    });

    test('a decision that changes nothing may be recorded', async () => {
      const target = someInstance();
      const record = { fingerprint: 'f', answer: '{"a":"\u{1F600}"}', recordedAt: NOW };
      await store().update({ ...target, idempotencyKey: 'empty' }, () => ({
        output: 0,
        changes: null,
        record,
      }));
      assert.deepEqual((await look(target, { idempotencyKey: 'empty' })).record, record);
      assert.equal((await look(target)).instance, null);
    });

    test("another user's same key is independent", async () => {
      const [one, two] = [someInstance(), someInstance()];
      assert.notEqual(await counted(one, 'same'), await counted(two, 'same'));
    });

    for (const [what, instanceEach] of [
      ['one instance', false],
      ['an instance each', true],
    ] as const) {
      test(`20 concurrent repeats on ${what} have one effect`, async () => {
        const userId = someone();
        const shared = newId<AgentInstanceId>();
        const targets = Array.from({ length: 20 }, () => ({
          userId,
          agentInstanceId: instanceEach ? newId<AgentInstanceId>() : shared,
        }));
        const answers = await Promise.all(
          targets.map((target, nth) => counted(target, 'dup', open().repositories[nth % 2 === 0 ? 0 : 1])),
        );
        assert.equal(new Set(answers).size, 1);
        const positions = await Promise.all(
          [...new Set(targets)].map(async (target) => (await look(target)).instance?.lastPosition ?? 0),
        );
        assert.equal(instanceEach ? positions.reduce((a, b) => a + b) : positions[0], 1);
      });
    }

    test('old records are forgotten, young ones stay', async () => {
      const target = someInstance();
      const keep = async (key: string, recordedAt: Date) =>
        store().update({ ...target, idempotencyKey: key }, () => ({
          output: 0,
          changes: null,
          record: { fingerprint: 'f', answer: '{}', recordedAt },
        }));
      await keep('old', new Date(NOW.getTime() - 1));
      await keep('young', NOW);
      assert.ok((await store().forgetRecords(NOW)) >= 1);
      assert.equal((await look(target, { idempotencyKey: 'old' })).record, null);
      assert.notEqual((await look(target, { idempotencyKey: 'young' })).record, null);
    });
  });

  describe('races', () => {
    test('50 concurrent creators of one agent type end up with one', async () => {
      const userId = someone();
      const targets = Array.from({ length: 50 }, () => ({
        userId,
        agentInstanceId: newId<AgentInstanceId>(),
      }));
      await Promise.all(
        targets.map((target, nth) =>
          post(target, { agentType: 'same' }, open().repositories[nth % 2 === 0 ? 0 : 1]),
        ),
      );
      const types = await Promise.all(
        targets.map(async (target) => (await look(target)).instance?.agentType.id),
      );
      assert.equal(new Set(types).size, 1);
    });

    test('of 20 people who answer one question at once one wins, and the others are told with what', async () => {
      const target = someInstance();
      const { message: question } = await post(target, { isQuestion: true });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, nth) =>
          open().repositories[nth % 2 === 0 ? 0 : 1].update(
            { ...target, question: question.id },
            decided((conversation) =>
              receiveUserMessage(conversation, {
                content: `answer ${nth}`,
                markAsRead: false,
                inReplyTo: question.id,
                newMessageId: newId<MessageId>(),
                now: NOW,
              }),
            ),
          ),
        ),
      );
      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.equal(won.length, 1);
      for (const { reason } of lost) {
        assertMatches(reason, { code: 'already_answered', answer: won[0]!.value });
      }
      const { messages } = await look(target, { question: question.id });
      assert.equal(messages.find(({ id }) => id === question.id)?.answerId, won[0]!.value.id);
      assert.equal(messages.filter(({ senderType }) => senderType === 'USER').length, 1);
    });

    test('two concurrent starts of one instance: one is told that it exists', async () => {
      const target = someInstance();
      const start = (repository: AgentInstanceRepository) =>
        repository.update(
          { ...target, agentTypeName: 'x' },
          decided((conversation) =>
            startAgentInstance(conversation, {
              id: target.agentInstanceId,
              agentType: { id: newId<AgentTypeId>(), name: 'x' },
              now: NOW,
            }),
          ),
        );
      const outcomes = await Promise.allSettled(open().repositories.map(start));
      assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    });

    test('50 writers and readers on one instance: every user message is handed over once, in order', async () => {
      const target = someInstance();
      const [here, there] = open().repositories;
      const { message: opening } = await post(target);
      const handedOver: { version: number; messages: readonly Message[] }[] = [];
      const note = (version: number, messages: readonly Message[]) => {
        if (messages.length > 0) handedOver.push({ version, messages });
      };
      const positions: number[] = [opening.position];
      const rounds = 6;

      const person = async (nth: number) => {
        for (let round = 0; round < rounds; round += 1) {
          const message = await say(target, `user ${nth}.${round}`, false, nth % 2 === 0 ? here : there);
          positions.push(message.position);
        }
      };
      const agent = async (nth: number) => {
        for (let round = 0; round < rounds; round += 1) {
          const posted = await post(
            target,
            { content: `step ${nth}.${round}` },
            nth % 2 === 0 ? here : there,
          );
          positions.push(posted.message.position);
          note(posted.message.readVersion ?? 0, posted.handedOff);
        }
      };
      const reader = async (nth: number) => {
        let cursor: MessageId | null = opening.id;
        for (let round = 0; round < rounds; round += 1) {
          const result: Awaited<ReturnType<typeof read>> = await read(
            target,
            cursor,
            nth % 2 === 0 ? here : there,
          );
          note(result.messages[0]?.readVersion ?? 0, result.messages);
          cursor = result.instance.lastReadMessageId;
        }
      };
      await Promise.all([
        ...Array.from({ length: 20 }, (_, nth) => person(nth)),
        ...Array.from({ length: 15 }, (_, nth) => agent(nth)),
        ...Array.from({ length: 15 }, (_, nth) => reader(nth)),
      ]);
      const last = await post(target, { content: 'the end' });
      positions.push(last.message.position);
      note(last.message.readVersion ?? 0, last.handedOff);

      const total = 2 + 20 * rounds + 15 * rounds;
      assert.deepEqual(
        positions.sort((a, b) => a - b),
        Array.from({ length: total }, (_, nth) => nth + 1),
      );
      const inOrder = handedOver.sort((a, b) => a.version - b.version).flatMap(({ messages }) => messages);
      assert.equal(inOrder.length, 20 * rounds);
      const order = inOrder.map(({ position }) => position);
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      );
      assert.equal(new Set(order).size, order.length);
    });

    test('20 readers of one answer are told the same, and it is handed over once', async () => {
      const target = someInstance();
      await post(target);
      await say(target, 'before');
      const { message: question } = await post(target, { isQuestion: true });
      await say(target, 'yes');
      const read = await Promise.all(
        Array.from({ length: 20 }, (_, nth) =>
          readQuestion(target, question.id, open().repositories[nth % 2 === 0 ? 0 : 1]),
        ),
      );
      for (const { answer, feedback, status } of read) {
        assert.deepEqual([answer?.content, contents(feedback), status], ['yes', ['before'], 'answered']);
      }
      assert.equal(new Set(read.map(({ answer }) => answer?.readVersion)).size, 1);
      assert.equal((await look(target)).instance?.version, 5);
    });

    test('an echo marked as read never skips what was queued before it', async () => {
      const target = someInstance();
      await post(target);
      await say(target, 'queued');
      const echo = await say(target, 'typed at the agent', true);
      assert.deepEqual(contents((await read(target, echo.id)).messages), ['queued']);
      assert.deepEqual(contents((await read(target, echo.id)).alreadyRead), ['queued']);
    });
  });

  test('a decision sees a conversation of its own: what it does to it stays there', async () => {
    const target = someInstance();
    await post(target);
    await store().update({ ...target, queue: true }, (conversation) => {
      Object.assign(existing(conversation), { status: 'DELETED' });
      return { output: null, changes: null, record: null };
    });
    assert.equal((await look(target)).instance?.status, 'ACTIVE');
  });
}
