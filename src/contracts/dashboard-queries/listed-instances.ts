import assert from 'node:assert/strict';
import { endSession, heartbeat, restoreInstance } from '../../domain/conversation/lifecycle.ts';
import { shownStatus } from '../../domain/conversation/liveness.ts';
import type { AgentTypeId } from '../../domain/ids.ts';
import type { ListedStatus } from '../../ports/storage/dashboard-queries.ts';
import { assertIncludes, assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { newId, newUser } from '../test-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { atMinute, testConversationsIn } from './test-conversation.ts';
import { idsOf, testQueriesIn } from './test-queries.ts';

export function listedInstances({ test }: TestRunner, storeUnderTest: () => OpenQueries): void {
  const { newConversation, startConversation } = testConversationsIn(storeUnderTest);
  const { list, types, read } = testQueriesIn(storeUnderTest);

  test('leaves out a deleted instance until it is restored', async () => {
    const userId = newUser();
    const conversation = await startConversation(userId, 1);
    await conversation.delete();
    assert.deepEqual(idsOf(await list(userId)), []);
    assert.deepEqual(idsOf(await list(userId, { status: 'DELETED' })), [conversation.id]);
    assertMatches((await types(userId, 5))[0], { active: 0, recent: [] });
    assertMatches((await read(conversation, 1))?.instance, {
      status: 'DELETED',
      deletion: { deletedAt: atMinute(0), statusBefore: 'ACTIVE' },
    });
    await conversation.change((current) => restoreInstance(current, { now: atMinute(1) }));
    assert.deepEqual(idsOf(await list(userId)), [conversation.id]);
    assert.deepEqual(idsOf(await list(userId, { status: 'DELETED' })), []);
    assertMatches((await read(conversation, 1))?.instance, { status: 'ACTIVE', deletion: null });
  });

  test('can be limited to one agent type, by id or by name; an unknown name gives an empty list', async () => {
    const userId = newUser();
    const [a, b] = [await startConversation(userId, 1, 1, 'a'), await startConversation(userId, 2, 1, 'b')];
    const { instance } = (await read(a, 0))!;
    assert.deepEqual(idsOf(await list(userId, { agentType: { id: instance.agentType.id } })), [a.id]);
    assert.deepEqual(idsOf(await list(userId, { agentType: { name: 'b' } })), [b.id]);
    assert.deepEqual(idsOf(await list(userId, { agentType: { name: 'c' } })), []);
    await a.delete();
    assert.deepEqual(await list(userId, { agentType: { id: instance.agentType.id } }), {
      instances: [],
      next: null,
    });
  });

  test('is null for an agent type id that the user does not have', async () => {
    const [owner, stranger] = [newUser(), newUser()];
    const { instance } = (await read(await startConversation(owner, 1), 0))!;
    assert.equal(await list(stranger, { agentType: { id: instance.agentType.id } }), null);
    assert.equal(await list(owner, { agentType: { id: newId<AgentTypeId>() } }), null);
  });

  test('can be limited to one status; an active instance is STALE when it is silent and no agent waits', async () => {
    const userId = newUser();
    const silent = await startConversation(userId, 10);
    const recentlyActive = await startConversation(userId, 20);
    const waiting = await startConversation(userId, 11);
    const withHeartbeat = await startConversation(userId, 12);
    await withHeartbeat.change((current) => heartbeat(current, { now: atMinute(20) }));
    const asking = newConversation(userId);
    await asking.post('?', { ask: true, minute: 1 });
    const ended = await startConversation(userId, 2);
    await ended.change((current) => endSession(current, { now: atMinute(2) }));
    const failed = await startConversation(userId, 3);
    await failed.change((current) => endSession(current, { now: atMinute(3), failure: 'no disk' }));

    const view = { staleBefore: atMinute(20), waitingHere: new Set([waiting.id]) };
    const idsWithStatus = async (status: ListedStatus) => idsOf(await list(userId, { ...view, status }));
    assert.deepEqual(await idsWithStatus('STALE'), [silent.id]);
    assert.deepEqual(await idsWithStatus('ACTIVE'), [recentlyActive.id, withHeartbeat.id, waiting.id]);
    assert.deepEqual(await idsWithStatus('AWAITING_INPUT'), [asking.id]);
    assert.deepEqual(await idsWithStatus('COMPLETED'), [ended.id]);
    assert.deepEqual(await idsWithStatus('FAILED'), [failed.id]);

    // The domain's own rule gives the same status for each instance.
    for (const { instance, agentWaiting } of (await list(userId, view))!.instances) {
      const status = shownStatus(instance, { staleBefore: view.staleBefore, agentWaiting }) as ListedStatus;
      assertIncludes((await idsWithStatus(status)) ?? [], instance.id);
    }
  });

  test('shows which instances have a waiting agent', async () => {
    const userId = newUser();
    const [a, b] = [await startConversation(userId, 1), await startConversation(userId, 2)];
    const page = await list(userId, { waitingHere: new Set([a.id]) });
    assert.deepEqual(
      page?.instances.map(({ instance, agentWaiting }) => [instance.id, agentWaiting]),
      [
        [b.id, false],
        [a.id, true],
      ],
    );
  });

  test('cuts a long message at a whole character', async () => {
    const userId = newUser();
    const conversation = newConversation(userId);
    await conversation.post('\u{1F4A5}'.repeat(2_500));
    const [overview] = (await list(userId))!.instances;
    assert.equal(overview?.latestMessage?.content, '\u{1F4A5}'.repeat(2_000));
  });

  test('is empty when the limit is 0', async () => {
    const userId = newUser();
    await startConversation(userId, 1);
    assert.deepEqual(await list(userId, { limit: 0 }), { instances: [], next: null });
  });
}
