import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { postAgentMessage } from '../domain/agent-speaks.ts';
import { agentTypeName } from '../domain/agent-type.ts';
import type { Conversation, Decision } from '../domain/conversation.ts';
import type { AgentInstanceId, AgentTypeId, MessageId, UserId } from '../domain/ids.ts';
import { deleteInstance, endSession, heartbeat } from '../domain/lifecycle.ts';
import { outdatedAt } from '../domain/retention.ts';
import type { AgentInstanceRepository } from '../ports/agent-instance-repository.ts';
import type { ApiKeyRepository } from '../ports/api-key-repository.ts';
import type { DashboardQueries } from '../ports/dashboard-queries.ts';
import type { DataRemoval, Holdings } from '../ports/data-removal.ts';
import type { Revocations, Revoked } from '../ports/revocations.ts';
import { anApiKey } from './an-api-key.ts';
import { assertExcludes, assertIncludes, assertMatches } from './assertions.ts';
import type { TestRunner } from './test-runner.ts';

/** One store, with everything that keeps data in it. The two repositories stand for two processes. */
export interface OpenRemoval {
  readonly removal: DataRemoval;
  readonly repositories: readonly [AgentInstanceRepository, AgentInstanceRepository];
  readonly queries: DashboardQueries;
  readonly apiKeys: ApiKeyRepository;
  /** Those that the removal publishes to. */
  readonly revocations: Revocations;
}

const NOW = new Date('2026-03-01T12:00:00.123Z');
const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);
const DAY = 24 * 60 * 60 * 1000;
const NOTHING: Holdings = { agentTypes: 0, agentInstances: 0, messages: 0, apiKeys: 0 };

const NOBODY: ReadonlySet<AgentInstanceId> = new Set();

const newId = <Id extends string>() => randomUUID() as Id;
/** With whatever an SQL text, an array or JSON could stumble over. */
const someone = () => `o'ne {"?"} \\ ? , $1 ${randomUUID()}` as UserId;

/**
 * What every store must keep that removes what it has kept.
 * @param open as for `agentInstanceRepositoryContract`.
 */
export function dataRemovalContract({ describe, test }: TestRunner, open: () => OpenRemoval): void {
  const removal = () => open().removal;

  const change = (
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    decide: (conversation: Conversation) => Decision<unknown>,
    repository = open().repositories[0],
  ) =>
    repository.update(
      { userId, agentInstanceId, queue: true, agentTypeName: agentTypeName('codex') },
      (conversation) => ({ ...decide(conversation), record: null }),
    );

  const post = (
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    { now = NOW, repository = open().repositories[0], content = 'a step' } = {},
  ) => {
    const step = {
      agentInstanceId,
      agentTypeName: agentTypeName('codex'),
      content,
      isQuestion: false,
      metadata: null,
      gitDiff: null,
      newMessageId: newId<MessageId>(),
      newAgentTypeId: newId<AgentTypeId>(),
      now,
    };
    return change(
      userId,
      agentInstanceId,
      (conversation) => postAgentMessage(conversation, step),
      repository,
    );
  };

  const end = (userId: UserId, id: AgentInstanceId, now = NOW) =>
    change(userId, id, (conversation) => endSession(conversation, { now }));

  const remember = (userId: UserId, key: string) =>
    open().repositories[0].update({ userId, agentInstanceId: newId(), idempotencyKey: key }, (_, record) => ({
      output: record,
      changes: null,
      record: record === null ? { fingerprint: 'f', answer: 'a', recordedAt: NOW } : null,
    }));

  /** A user with two conversations, a record, a key and a type. */
  const somebody = async () => {
    const userId = someone();
    const ids = [newId<AgentInstanceId>(), newId<AgentInstanceId>()] as const;
    for (const id of ids) for (let nth = 0; nth < 3; nth += 1) await post(userId, id);
    await remember(userId, 'once');
    const key = anApiKey();
    await open().apiKeys.update({ userId, id: key.id }, () => ({ output: null, changes: key, record: null }));
    return { userId, ids, key };
  };

  const deleteAll = async (userId: UserId): Promise<Holdings> => {
    let deleted = NOTHING;
    for (;;) {
      const some = await removal().deleteSome(userId);
      if (Object.values(some).every((count) => count === 0)) return deleted;
      deleted = {
        agentTypes: deleted.agentTypes + some.agentTypes,
        agentInstances: deleted.agentInstances + some.agentInstances,
        messages: deleted.messages + some.messages,
        apiKeys: deleted.apiKeys + some.apiKeys,
      };
    }
  };

  const conversation = (userId: UserId, id: AgentInstanceId) =>
    open().queries.readConversation(userId, id, { limit: 200, before: null, waitingHere: NOBODY });

  /** Everything that the other ports tell of a user. */
  const everythingOf = async (userId: UserId) => {
    const { queries, apiKeys } = open();
    const ids = [...(await queries.progress(userId)).keys()].toSorted();
    return {
      agentTypes: await queries.agentTypes(userId, { recent: 0, waitingHere: NOBODY }),
      conversations: await Promise.all(ids.map((id) => conversation(userId, id))),
      apiKeys: await apiKeys.list(userId),
    };
  };
  const EMPTY = { agentTypes: [], conversations: [], apiKeys: [] };

  /** Those of whom it is told from now on, if it concerns the user. */
  const toldOf = (userId: UserId) => {
    const told: Revoked[] = [];
    open().revocations.onRevoked((revoked) => {
      if (revoked.userId === userId) told.push(revoked);
    });
    return told;
  };

  describe('a user who is deleted', () => {
    const OF_SOMEBODY = { agentTypes: 1, agentInstances: 2, messages: 6, apiKeys: 1 };

    test('leaves nothing, and nobody else loses anything', async () => {
      const [gone, other] = [await somebody(), await somebody()];
      const before = await everythingOf(other.userId);
      assert.deepEqual(await removal().holdings(gone.userId), OF_SOMEBODY);
      assert.deepEqual(await deleteAll(gone.userId), OF_SOMEBODY);
      assert.deepEqual(await removal().holdings(gone.userId), NOTHING);
      assert.deepEqual(await everythingOf(gone.userId), EMPTY);
      assert.equal(await remember(gone.userId, 'once'), null);
      assert.deepEqual(await everythingOf(other.userId), before);
      assert.notEqual(await remember(other.userId, 'once'), null);
    });

    test('is deleted again and again without harm, as is one that never was', async () => {
      const { userId } = await somebody();
      await deleteAll(userId);
      assert.deepEqual(await removal().deleteSome(userId), NOTHING);
      assert.deepEqual(await removal().deleteSome(someone()), NOTHING);
      assert.deepEqual(await removal().holdings(someone()), NOTHING);
    });

    test('is known as such from the beginning, and for ever', async () => {
      const { userId } = await somebody();
      assert.equal(await removal().find(userId), null);
      await removal().begin(userId, NOW);
      assert.deepEqual(await removal().find(userId), { begunAt: NOW, finishedAt: null });
      assertIncludes(await removal().unfinished(), { userId, begunAt: NOW, finishedAt: null });
      await deleteAll(userId);
      assert.deepEqual(await removal().find(userId), { begunAt: NOW, finishedAt: null });
      await removal().finish(userId, later(5_000));
      assert.deepEqual(await removal().find(userId), { begunAt: NOW, finishedAt: later(5_000) });
      await deleteAll(userId);
      assert.deepEqual(await removal().find(userId), { begunAt: NOW, finishedAt: later(5_000) });
      assertExcludes(
        (await removal().unfinished()).map((each) => each.userId),
        userId,
      );
    });

    test('may come back, and be deleted once more', async () => {
      const { userId, ids } = await somebody();
      await removal().begin(userId, NOW);
      await deleteAll(userId);
      await removal().finish(userId, later(5_000));
      await post(userId, ids[0]);
      assertMatches(await removal().holdings(userId), { agentInstances: 1, messages: 1 });
      await removal().begin(userId, later(9_000));
      assert.deepEqual(await removal().find(userId), { begunAt: later(9_000), finishedAt: null });
    });

    test('is told of when it begins and when it ends, to whom it concerns', async () => {
      const userId = someone();
      const told = toldOf(userId);
      await removal().begin(userId, NOW);
      assert.deepEqual(told, [{ userId, id: null, issuedBefore: null }]);
      await removal().finish(userId, later(5_000));
      // In whole seconds, as tokens are.
      const issuedBefore = new Date('2026-03-01T12:00:05.000Z');
      assert.deepEqual(told.slice(1), [{ userId, id: null, issuedBefore }]);
    });

    test('is among what was revoked, while it lasts and from when it ended', async () => {
      const userId = someone();
      const revoked = async (since: Date) =>
        (await open().apiKeys.revokedSince(since)).filter((each) => each.userId === userId);
      await removal().begin(userId, NOW);
      assert.deepEqual(await revoked(later(DAY)), [{ userId, id: null, issuedBefore: null }]);
      await removal().finish(userId, later(5_000));
      const issuedBefore = new Date('2026-03-01T12:00:05.000Z');
      assert.deepEqual(await revoked(later(5_000)), [{ userId, id: null, issuedBefore }]);
      assert.deepEqual(await revoked(later(5_001)), []);
    });

    test('leaves nothing half, whatever its agents write meanwhile', async () => {
      const { userId, ids } = await somebody();
      const agents = [...ids, ...Array.from({ length: 6 }, () => newId<AgentInstanceId>())];
      let isOver = false;
      const writing = agents.map(async (id, nth) => {
        const repository = open().repositories[nth % 2]!;
        while (!isOver) await post(userId, id, { repository, now: new Date() });
      });
      for (let round = 0; round < 5; round += 1) {
        await removal().deleteSome(userId);
        for (const id of agents) {
          const page = await conversation(userId, id);
          if (page === null) continue;
          const { instance, messages } = page;
          const positions = (messages ?? []).map(({ position }) => position);
          const all = Array.from({ length: instance.lastPosition }, (_, at) => at + 1);
          assert.deepEqual(positions, all.slice(-200));
        }
      }
      isOver = true;
      await Promise.all(writing);
      const { messages } = await removal().holdings(userId);
      assertMatches(await deleteAll(userId), { messages });
      assert.deepEqual(await everythingOf(userId), EMPTY);
    });

    test('is not taken for who comes back with an instance of the same id', async () => {
      const { userId, ids } = await somebody();
      await deleteAll(userId);
      // The second process knows nothing of the first one, which remembers the instance in its version 3.
      const [first, second] = open().repositories;
      for (const content of ['1', '2']) {
        await post(userId, ids[0], { repository: second, now: later(DAY), content });
      }
      await change(userId, ids[0], (conversation) => heartbeat(conversation, { now: later(DAY) }), second);
      await post(userId, ids[0], { repository: first, now: later(DAY), content: '3' });
      const page = await conversation(userId, ids[0]);
      assert.deepEqual(page?.instance.startedAt, later(DAY));
      assert.deepEqual(
        page?.messages?.map(({ content }) => content),
        ['1', '2', '3'],
      );
      assert.deepEqual(
        page?.messages?.map(({ position }) => position),
        [1, 2, 3],
      );
    });
  });

  describe('what was kept for long enough', () => {
    const remove = async (now: Date, days: number | null) => {
      let removed = 0;
      for (let some = -1; some !== 0; removed += some)
        some = await removal().deleteOutdated(outdatedAt(now, days));
      return removed;
    };
    const left = async (userId: UserId) => [...(await open().queries.progress(userId)).keys()];

    test('goes: what ended before, with all its messages, and nothing else', async () => {
      const { userId, ids } = await somebody();
      const active = newId<AgentInstanceId>();
      await post(userId, active);
      await end(userId, ids[0]);
      await end(userId, ids[1], later(1));
      await remove(later(10 * DAY + 1), 10);
      assert.deepEqual(new Set(await left(userId)), new Set([ids[1], active]));
      assert.deepEqual(await removal().holdings(userId), {
        agentTypes: 1,
        agentInstances: 2,
        messages: 4,
        apiKeys: 1,
      });
      assertMatches(await deleteAll(userId), { messages: 4 });
    });

    test('goes for good where it was deleted and cannot be restored any more', async () => {
      const { userId, ids } = await somebody();
      for (const [nth, id] of ids.entries()) {
        await change(userId, id, (conversation) => deleteInstance(conversation, { now: later(nth) }));
      }
      await remove(later(30 * DAY), null);
      assert.deepEqual(new Set(await left(userId)), new Set(ids));
      await remove(later(30 * DAY + 1), null);
      assert.deepEqual(await left(userId), [ids[1]]);
    });

    test('stays without limit where it has ended and nobody has set one', async () => {
      const { userId, ids } = await somebody();
      await end(userId, ids[0]);
      await remove(later(10_000 * DAY), null);
      assert.equal((await left(userId)).length, 2);
    });

    test('is removed to the last one, however much it is', async () => {
      const userId = someone();
      const ids = Array.from({ length: 450 }, () => newId<AgentInstanceId>());
      await Promise.all(ids.map((id) => post(userId, id)));
      await Promise.all(ids.map((id) => end(userId, id)));
      assert.ok((await remove(later(10 * DAY + 1), 10)) >= 450);
      assert.deepEqual(await left(userId), []);
      assertMatches(await deleteAll(userId), { messages: 0 });
    });
  });
}
