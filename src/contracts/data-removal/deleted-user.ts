import assert from 'node:assert/strict';
import { heartbeat } from '../../domain/conversation/lifecycle.ts';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { Revoked } from '../../ports/signals/revocations.ts';
import { assertExcludes, assertIncludes, assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { DAY, later, NOW, newId } from '../valid-values.ts';
import type { OpenRemoval } from './open-removal.ts';
import { awkwardUser, EMPTY, NOTHING, usersIn } from './users.ts';

export function deletedUser({ describe, test }: TestRunner, open: () => OpenRemoval): void {
  const { removal, change, post, remember, somebody, deleteAll, conversation, everythingOf } = usersIn(open);

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
      assert.deepEqual(await removal().deleteSome(awkwardUser()), NOTHING);
      assert.deepEqual(await removal().holdings(awkwardUser()), NOTHING);
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
      const userId = awkwardUser();
      const told = toldOf(userId);
      await removal().begin(userId, NOW);
      assert.deepEqual(told, [{ userId, id: null, issuedBefore: null }]);
      await removal().finish(userId, later(5_000));
      // In whole seconds, as tokens are.
      const issuedBefore = new Date('2026-03-01T12:00:05.000Z');
      assert.deepEqual(told.slice(1), [{ userId, id: null, issuedBefore }]);
    });

    test('is among what was revoked, while it lasts and from when it ended', async () => {
      const userId = awkwardUser();
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
}
