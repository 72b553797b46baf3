import assert from 'node:assert/strict';
import { endSession } from '../../domain/conversation/lifecycle.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { someone } from '../valid-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { at, playsIn } from './play.ts';
import { readsIn } from './reads.ts';

export function agentTypes({ describe, test }: TestRunner, open: () => OpenQueries): void {
  const { played } = playsIn(open);
  const { types } = readsIn(open);

  describe('agent types', () => {
    test('come by name, with what their instances are at and the latest of them', async () => {
      const userId = someone();
      const b = [
        await played(userId, 1, 1, 'b'),
        await played(userId, 3, 1, 'b'),
        await played(userId, 2, 1, 'b'),
      ];
      await b[0]!.change((conversation) => endSession(conversation, { now: at(5) }));
      await b[1]!.post('?', { ask: true, minute: 6 });
      const a = await played(userId, 9, 2, 'a');
      const found = await types(userId, 2, new Set([b[2]!.id]));
      assertMatches(found, [
        { agentType: { name: 'a' }, createdAt: at(9), active: 1, awaitingInput: 0, completed: 0 },
        { agentType: { name: 'b' }, createdAt: at(1), active: 1, awaitingInput: 1, completed: 1 },
      ]);
      assert.deepEqual(
        found.map(({ recent }) =>
          recent.map(({ instance, latestMessage, agentWaiting }) => [
            instance.id,
            latestMessage?.content,
            agentWaiting,
          ]),
        ),
        [
          [[a.id, '2', false]],
          [
            [b[1]!.id, '?', false],
            [b[2]!.id, '1', true],
          ],
        ],
      );
      assert.deepEqual(
        (await types(userId, 0)).map(({ active, recent }) => [active, recent]),
        [
          [1, []],
          [1, []],
        ],
      );
    });
  });
}
