import { expect, test } from 'vitest';
import { inMemoryStore } from '../../../src/adapters/in-memory/store.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { deleteExpiredAuthorizationsJob } from '../../../src/application/jobs/delete-expired-authorizations.ts';
import { NOW } from '../../support/builders.ts';

const HOUR_MS = 60 * 60 * 1000;

test('what expired more than an hour ago is deleted, and the job comes back soon while there is more', async () => {
  const { authorizations } = inMemoryStore(new InProcessSignals());
  const save = async (idHash: string, expiredMsAgo: number) =>
    authorizations.save({
      ...{ kind: 'AuthorizationCode', idHash, userId: null, grantId: null, userCodeHash: null, payload: {} },
      expiresAt: new Date(NOW.getTime() - expiredMsAgo),
    });
  await save('old', HOUR_MS + 1);
  await save('recent', HOUR_MS);
  const job = deleteExpiredAuthorizationsJob(authorizations, { now: () => NOW }, { debug: () => {} });
  expect(await job.run()).toBe(1_000);
  expect(await authorizations.find({ kind: 'AuthorizationCode', idHash: 'old' })).toBeNull();
  expect(await authorizations.find({ kind: 'AuthorizationCode', idHash: 'recent' })).not.toBeNull();
  expect(await job.run()).toBe(10 * 60 * 1000);
});
