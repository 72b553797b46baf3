import { expect, test } from 'vitest';
import { inMemoryStore } from '../../../src/adapters/in-memory/store.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { listAgentTypes } from '../../../src/application/use-cases/dashboard/list-agent-types.ts';
import { createDashboard } from '../../../src/dashboard.ts';
import type { UserId } from '../../../src/domain/ids.ts';

test('of ten heavy reads of one user, two run at a time while another user is there, and that one waits for none', async () => {
  const store = inMemoryStore(new InProcessSignals());
  const begun: string[] = [];
  const end = Promise.withResolvers<readonly []>();
  const queries = {
    ...store.queries,
    agentTypes: (userId: UserId) => {
      begun.push(userId);
      return end.promise;
    },
  };
  const { dispatch } = createDashboard({ store: { ...store, queries } });
  const read = (userId: string) =>
    dispatch(listAgentTypes, { caller: { userId: userId as UserId, scopes: ['dashboard'] }, input: {} });

  const reads = [read('bob'), ...Array.from({ length: 10 }, () => read('ann')), read('bob')];
  await new Promise((done) => setImmediate(done));
  expect(begun).toEqual(['bob', 'ann', 'ann', 'bob']);
  end.resolve([]);
  await Promise.all(reads);
  expect(begun).toHaveLength(12);
});
