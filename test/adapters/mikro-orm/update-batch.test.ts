import { expect, test } from 'vitest';
import { UpdateBatch, type UpdateTask } from '../../../src/adapters/mikro-orm/group-commit/update-batch.ts';
import type { LoadedConversation } from '../../../src/adapters/mikro-orm/statements/conversations/load-conversations.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import { instanceIdOf } from '../../support/builders.ts';

const NOTHING = {
  ...{ instance: null, agentType: null, agentTypeCount: 0, openInstanceCount: 0 },
  ...{ messages: [], record: null, isCached: false },
} as LoadedConversation;

/** An update that posts a message of so many characters. */
const aTask = (nth: number, length: number): UpdateTask => {
  const agentInstanceId = instanceIdOf(nth);
  const userId = 'ada' as UserId;
  const posted = [{ id: `message ${nth}`, content: 'x'.repeat(length) }];
  const changes = { instance: { id: agentInstanceId }, posted, amended: [] };
  return {
    ...{ laneKey: agentInstanceId, userId, target: { userId, agentInstanceId }, attempts: 0 },
    decide: () => ({ output: null, changes, record: null }) as never,
    resolve: () => {},
    reject: () => {},
  };
};

test('a batch takes no more updates when their texts have more than a million characters', () => {
  const tasks = [1, 2, 3, 4].map((nth) => aTask(nth, 600_000));
  const batch = new UpdateBatch(
    tasks,
    tasks.map(() => NOTHING),
  );
  expect(batch.instanceChanges()).toHaveLength(2);
  expect(batch.deferred).toEqual(tasks.slice(2));
});
