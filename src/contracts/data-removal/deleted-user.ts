import assert from 'node:assert/strict';
import { heartbeat } from '../../domain/conversation/lifecycle.ts';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { Revocation } from '../../ports/signals/revocations.ts';
import { assertExcludes, assertIncludes, assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { DAY_MS, msAfterNow, NOW, newId } from '../test-values.ts';
import type { OpenRemoval } from './open-removal.ts';
import { NO_DATA, newAwkwardUser, testUsersIn, ZERO_HOLDINGS } from './test-users.ts';

export function deletedUser({ describe, test }: TestRunner, storeUnderTest: () => OpenRemoval): void {
  const { removal, change, post, writeRecord, newUserWithData, deleteAll, conversation, readEverything } =
    testUsersIn(storeUnderTest);

  /** Records the revocations that concern the user from now on. */
  const recordRevocations = (userId: UserId) => {
    const received: Revocation[] = [];
    storeUnderTest().revocations.onRevoked((revoked) => {
      if (revoked.userId === userId) received.push(revoked);
    });
    return received;
  };

  describe('a user who is deleted', () => {
    const ALL_DATA = { agentTypes: 1, agentInstances: 2, messages: 6, apiKeys: 1 };

    test('leaves no data behind, and other users lose nothing', async () => {
      const [deleted, other] = [await newUserWithData(), await newUserWithData()];
      const dataOfOtherUser = await readEverything(other.userId);
      assert.deepEqual(await removal().holdings(deleted.userId), ALL_DATA);
      assert.deepEqual(await deleteAll(deleted.userId), ALL_DATA);
      assert.deepEqual(await removal().holdings(deleted.userId), ZERO_HOLDINGS);
      assert.deepEqual(await readEverything(deleted.userId), NO_DATA);
      assert.equal(await writeRecord(deleted.userId, 'once'), null);
      assert.deepEqual(await readEverything(other.userId), dataOfOtherUser);
      assert.notEqual(await writeRecord(other.userId, 'once'), null);
    });

    test('can be deleted repeatedly, and so can a user who never existed', async () => {
      const { userId } = await newUserWithData();
      await deleteAll(userId);
      assert.deepEqual(await removal().deleteSome(userId), ZERO_HOLDINGS);
      assert.deepEqual(await removal().deleteSome(newAwkwardUser()), ZERO_HOLDINGS);
      assert.deepEqual(await removal().holdings(newAwkwardUser()), ZERO_HOLDINGS);
    });

    test('is recorded as deleted from the beginning of the deletion, and for ever', async () => {
      const { userId } = await newUserWithData();
      assert.equal(await removal().findUserDeletion(userId), null);
      await removal().beginUserDeletion(userId, NOW);
      assert.deepEqual(await removal().findUserDeletion(userId), { begunAt: NOW, finishedAt: null });
      assertIncludes(await removal().listUnfinishedDeletions(), { userId, begunAt: NOW, finishedAt: null });
      await deleteAll(userId);
      assert.deepEqual(await removal().findUserDeletion(userId), { begunAt: NOW, finishedAt: null });
      await removal().finishUserDeletion(userId, msAfterNow(5_000));
      assert.deepEqual(await removal().findUserDeletion(userId), {
        begunAt: NOW,
        finishedAt: msAfterNow(5_000),
      });
      await deleteAll(userId);
      assert.deepEqual(await removal().findUserDeletion(userId), {
        begunAt: NOW,
        finishedAt: msAfterNow(5_000),
      });
      assertExcludes(
        (await removal().listUnfinishedDeletions()).map((each) => each.userId),
        userId,
      );
    });

    test('can come back and be deleted again', async () => {
      const { userId, ids } = await newUserWithData();
      await removal().beginUserDeletion(userId, NOW);
      await deleteAll(userId);
      await removal().finishUserDeletion(userId, msAfterNow(5_000));
      await post(userId, ids[0]);
      assertMatches(await removal().holdings(userId), { agentInstances: 1, messages: 1 });
      await removal().beginUserDeletion(userId, msAfterNow(9_000));
      assert.deepEqual(await removal().findUserDeletion(userId), {
        begunAt: msAfterNow(9_000),
        finishedAt: null,
      });
    });

    test('has a revocation published when the deletion begins, and one when it finishes', async () => {
      const userId = newAwkwardUser();
      const received = recordRevocations(userId);
      await removal().beginUserDeletion(userId, NOW);
      assert.deepEqual(received, [{ userId, id: null, issuedBefore: null }]);
      await removal().finishUserDeletion(userId, msAfterNow(5_000));
      // Rounded down to whole seconds, as the times in tokens are.
      const issuedBefore = new Date('2026-03-01T12:00:05.000Z');
      assert.deepEqual(received.slice(1), [{ userId, id: null, issuedBefore }]);
    });

    test('is listed by revokedSince while the deletion runs, and from the time it finished', async () => {
      const userId = newAwkwardUser();
      const revocationsSince = async (since: Date) =>
        (await storeUnderTest().apiKeys.revokedSince(since)).filter((each) => each.userId === userId);
      await removal().beginUserDeletion(userId, NOW);
      assert.deepEqual(await revocationsSince(msAfterNow(DAY_MS)), [
        { userId, id: null, issuedBefore: null },
      ]);
      await removal().finishUserDeletion(userId, msAfterNow(5_000));
      const issuedBefore = new Date('2026-03-01T12:00:05.000Z');
      assert.deepEqual(await revocationsSince(msAfterNow(5_000)), [{ userId, id: null, issuedBefore }]);
      assert.deepEqual(await revocationsSince(msAfterNow(5_001)), []);
    });

    test('leaves no half-deleted conversation, even while agents go on writing', async () => {
      const { userId, ids } = await newUserWithData();
      const agents = [...ids, ...Array.from({ length: 6 }, () => newId<AgentInstanceId>())];
      let isStopped = false;
      const writing = agents.map(async (id, nth) => {
        const repository = storeUnderTest().repositories[nth % 2]!;
        while (!isStopped) await post(userId, id, { repository, now: new Date() });
      });
      for (let round = 0; round < 5; round += 1) {
        await removal().deleteSome(userId);
        for (const id of agents) {
          const page = await conversation(userId, id);
          if (page === null) continue;
          const { instance, messages } = page;
          const positions = (messages ?? []).map(({ position }) => position);
          const allPositions = Array.from({ length: instance.lastPosition }, (_, index) => index + 1);
          // `conversation` reads at most 200 messages, the newest ones.
          assert.deepEqual(positions, allPositions.slice(-200));
        }
      }
      isStopped = true;
      await Promise.all(writing);
      const { messages } = await removal().holdings(userId);
      assertMatches(await deleteAll(userId), { messages });
      assert.deepEqual(await readEverything(userId), NO_DATA);
    });

    test('is not confused with a user who comes back and uses the same instance id', async () => {
      const { userId, ids } = await newUserWithData();
      await deleteAll(userId);
      // The first repository may still have the old instance, at version 3, in its cache; the second one
      // writes.
      const [first, second] = storeUnderTest().repositories;
      for (const content of ['1', '2']) {
        await post(userId, ids[0], { repository: second, now: msAfterNow(DAY_MS), content });
      }
      await change(
        userId,
        ids[0],
        (conversation) => heartbeat(conversation, { now: msAfterNow(DAY_MS) }),
        second,
      );
      await post(userId, ids[0], { repository: first, now: msAfterNow(DAY_MS), content: '3' });
      const page = await conversation(userId, ids[0]);
      assert.deepEqual(page?.instance.startedAt, msAfterNow(DAY_MS));
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
