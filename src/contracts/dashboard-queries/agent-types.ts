import assert from 'node:assert/strict';
import { endSession } from '../../domain/conversation/lifecycle.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { newUser } from '../test-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { atMinute, testConversationsIn } from './test-conversation.ts';
import { testQueriesIn } from './test-queries.ts';

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
  });
}
