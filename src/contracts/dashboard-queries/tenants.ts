import assert from 'node:assert/strict';
import type { AgentInstanceId } from '../../domain/ids.ts';
import type { TestRunner } from '../test-runner.ts';
import { newId, someone } from '../valid-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { playsIn } from './play.ts';
import { readsIn } from './reads.ts';

export function tenants({ test }: TestRunner, open: () => OpenQueries): void {
  const { aPlay, played } = playsIn(open);
  const { list, types, read, since } = readsIn(open);

  test('nothing of another user is there, whatever it is asked by', async () => {
    const [owner, stranger] = [someone(), someone()];
    const play = await played(owner, 1, 2);
    const theirs = { userId: stranger, id: play.id };
    assert.deepEqual(await list(stranger), { instances: [], next: null });
    assert.deepEqual(await types(stranger, 5), []);
    assert.equal(await read(theirs, 10), null);
    assert.equal(await since(aPlay(stranger, play.id), { version: 0, position: 0 }), null);
    assert.equal(await read({ userId: owner, id: newId<AgentInstanceId>() }, 10), null);
    const [message] = (await read(play, 1))!.messages!;
    const own = await played(stranger, 1);
    assert.equal((await read(own, 10, message!.id))?.messages, null);
  });
}
