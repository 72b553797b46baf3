import assert from 'node:assert/strict';
import { endSession, heartbeat, restoreInstance } from '../../domain/conversation/lifecycle.ts';
import { shownStatus } from '../../domain/conversation/liveness.ts';
import type { AgentTypeId } from '../../domain/ids.ts';
import type { ListedStatus } from '../../ports/storage/dashboard-queries.ts';
import { assertIncludes, assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { newId, someone } from '../valid-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { at, playsIn } from './play.ts';
import { idsOf, readsIn } from './reads.ts';

export function listedInstances({ test }: TestRunner, open: () => OpenQueries): void {
  const { aPlay, played } = playsIn(open);
  const { list, types, read } = readsIn(open);

  test('has none that is deleted, until it is restored', async () => {
    const userId = someone();
    const play = await played(userId, 1);
    await play.delete();
    assert.deepEqual(idsOf(await list(userId)), []);
    assertMatches((await types(userId, 5))[0], { active: 0, recent: [] });
    assertMatches((await read(play, 1))?.instance, {
      status: 'DELETED',
      deletion: { deletedAt: at(0), statusBefore: 'ACTIVE' },
    });
    await play.change((conversation) => restoreInstance(conversation, { now: at(1) }));
    assert.deepEqual(idsOf(await list(userId)), [play.id]);
    assertMatches((await read(play, 1))?.instance, { status: 'ACTIVE', deletion: null });
  });

  test('of one type, by id or by name, has those alone; a name without instances has none', async () => {
    const userId = someone();
    const [a, b] = [await played(userId, 1, 1, 'a'), await played(userId, 2, 1, 'b')];
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

  test('of an id that is no type of the user’s is null', async () => {
    const [owner, stranger] = [someone(), someone()];
    const { instance } = (await read(await played(owner, 1), 0))!;
    assert.equal(await list(stranger, { agentType: { id: instance.agentType.id } }), null);
    assert.equal(await list(owner, { agentType: { id: newId<AgentTypeId>() } }), null);
  });

  test('of a status has those that show it: silence, and no wait, makes an active one stale', async () => {
    const userId = someone();
    const silent = await played(userId, 10);
    const atWork = await played(userId, 20);
    const waiting = await played(userId, 11);
    const beating = await played(userId, 12);
    await beating.change((conversation) => heartbeat(conversation, { now: at(20) }));
    const asking = aPlay(userId);
    await asking.post('?', { ask: true, minute: 1 });
    const ended = await played(userId, 2);
    await ended.change((conversation) => endSession(conversation, { now: at(2) }));

    const look = { silentSince: at(20), waitingHere: new Set([waiting.id]) };
    const found = async (status: ListedStatus) => idsOf(await list(userId, { ...look, status }));
    assert.deepEqual(await found('STALE'), [silent.id]);
    assert.deepEqual(await found('ACTIVE'), [atWork.id, beating.id, waiting.id]);
    assert.deepEqual(await found('AWAITING_INPUT'), [asking.id]);
    assert.deepEqual(await found('COMPLETED'), [ended.id]);

    // The rule itself says the same of each.
    for (const { instance, agentWaiting } of (await list(userId, look))!.instances) {
      const status = shownStatus(instance, { silentSince: look.silentSince, agentWaiting }) as ListedStatus;
      assertIncludes((await found(status)) ?? [], instance.id);
    }
  });

  test('says of which instances agents wait for news', async () => {
    const userId = someone();
    const [a, b] = [await played(userId, 1), await played(userId, 2)];
    const page = await list(userId, { waitingHere: new Set([a.id]) });
    assert.deepEqual(
      page?.instances.map(({ instance, agentWaiting }) => [instance.id, agentWaiting]),
      [
        [b.id, false],
        [a.id, true],
      ],
    );
  });

  test('cuts a long message by characters, and never within one', async () => {
    const userId = someone();
    const play = aPlay(userId);
    await play.post('\u{1F4A5}'.repeat(2_500));
    const [overview] = (await list(userId))!.instances;
    assert.equal(overview?.latestMessage?.content, '\u{1F4A5}'.repeat(2_000));
  });

  test('is empty where nothing is wanted', async () => {
    const userId = someone();
    await played(userId, 1);
    assert.deepEqual(await list(userId, { limit: 0 }), { instances: [], next: null });
  });
}
