import assert from 'node:assert/strict';
import type { MessageId } from '../../domain/ids.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { newId, someone } from '../valid-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { at, playsIn } from './play.ts';
import { readsIn } from './reads.ts';

export function conversations({ describe, test }: TestRunner, open: () => OpenQueries): void {
  const { aPlay, played } = playsIn(open);
  const { read } = readsIn(open);

  describe('a conversation', () => {
    test('is read from its end, page by page, by position or by message', async () => {
      const play = await played(someone(), 1, 5);
      const all = (await read(play, 9))!.messages!;
      const contents = async (limit: number, before: number | MessageId | null) => {
        const page = await read(play, limit, before);
        return [page?.messages?.map(({ content }) => content), page?.hasEarlier];
      };
      assert.deepEqual(await contents(2, null), [['4', '5'], true]);
      assert.deepEqual(await contents(2, 4), [['2', '3'], true]);
      assert.deepEqual(await contents(2, all[3]!.id), [['2', '3'], true]);
      assert.deepEqual(await contents(2, 2), [['1'], false]);
      assert.deepEqual(await contents(2, all[0]!.id), [[], false]);
      assert.deepEqual(await contents(9, 100), [['1', '2', '3', '4', '5'], false]);
      assert.deepEqual(await contents(0, null), [[], true]);
    });

    test('has no page before a message that is not in it', async () => {
      const userId = someone();
      const [play, other] = [await played(userId, 1, 2), await played(userId, 1, 2)];
      const elsewhere = (await read(other, 9))!.messages![1]!.id;
      assert.equal((await read(play, 9, elsewhere))?.messages, null);
      assert.equal((await read(play, 9, newId<MessageId>()))?.messages, null);
    });

    test('comes with the diff, where it is asked for, and with its newest message in any case', async () => {
      const play = aPlay(someone());
      await play.post('1', { diff: 'diff --git a/x b/x' });
      await play.post('2');
      assertMatches(await read(play, 1, 2), {
        gitDiff: 'diff --git a/x b/x',
        messages: [{ content: '1' }],
        latestMessage: { content: '2', createdAt: at(0) },
      });
      const { userId, id } = play;
      const request = { limit: 1, before: null, waitingHere: new Set([id]) };
      assertMatches(await open().queries.readConversation(userId, id, request), {
        gitDiff: null,
        agentWaiting: true,
      });
    });
  });
}
