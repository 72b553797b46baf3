import assert from 'node:assert/strict';
import { endSession } from '../../domain/conversation/lifecycle.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { newUser } from '../test-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { atMinute, testConversationsIn } from './test-conversation.ts';
import { testQueriesIn } from './test-queries.ts';

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export function agentTypes({ describe, test }: TestRunner, storeUnderTest: () => OpenQueries): void {
  const { startConversation } = testConversationsIn(storeUnderTest);
  const { types } = testQueriesIn(storeUnderTest);

  describe('agent types', () => {
    test('are sorted by name, with a count per status and their latest instances', async () => {
      const userId = newUser();
      const b = [
        await startConversation(userId, 1, 1, 'b'),
        await startConversation(userId, 3, 1, 'b'),
        await startConversation(userId, 2, 1, 'b'),
      ];
      await b[0]!.change((current) => endSession(current, { now: atMinute(5) }));
      await b[1]!.post('?', { ask: true, minute: 6 });
      const a = await startConversation(userId, 9, 2, 'a');
      const agentTypesFound = await types(userId, 2, new Set([b[2]!.id]));
      assertMatches(agentTypesFound, [
        { agentType: { name: 'a' }, createdAt: atMinute(9), active: 1, awaitingInput: 0, completed: 0 },
        { agentType: { name: 'b' }, createdAt: atMinute(1), active: 1, awaitingInput: 1, completed: 1 },
      ]);
      assert.deepEqual(
        agentTypesFound.map(({ recent }) =>
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

    test('are all listed, in the order of the bytes of their names, however many there are', async () => {
      const userId = newUser();
      const names = Array.from({ length: 60 }, (_, nth) => `${'zéa'[nth % 3]}-${nth}`);
      await Promise.all(names.map((name, nth) => startConversation(userId, nth, 1, name)));
      const found = await types(userId, 1);
      assert.deepEqual(
        found.map(({ agentType, active, recent }) => [agentType.name, active, recent.length]),
        names.toSorted(compareBytes).map((name) => [name, 1, 1]),
      );
    });
  });
}
