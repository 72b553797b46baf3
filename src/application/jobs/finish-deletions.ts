import type { Clock } from '../../ports/runtime.ts';
import type { Store } from '../../ports/store.ts';
import { finishDeletions } from '../admin/delete-user.ts';
import type { Job } from './job.ts';

/**
 * Until every process refuses the tokens of a deleted user (5 s), and what they were writing is written or has failed
 * (12 s, the longest that a statement takes).
 */
const SETTLE_MS = 20_000;
/** Where no other process writes, it is enough that tokens count in whole seconds. */
const SETTLE_ALONE_MS = 1_000;

/**
 * Finishes deletions of users that were begun and not finished: by a process that was stopped, or by a command. On the
 * only process of a store the first run waits for those that are due within a second, because a key that a user makes
 * in that time would be deleted with the rest.
 */
export function finishDeletionsJob(store: Pick<Store, 'removal' | 'signals'>, clock: Clock): Job | null {
  const { removal, signals } = store;
  if (removal === null) return null;
  const isAlone = signals.databaseNotification === null;
  let isFirstRun = true;

  async function finishAlone(): Promise<void> {
    for (;;) {
      const due = await finishDeletions({ removal: removal!, clock }, SETTLE_ALONE_MS);
      if (due === null) return;
      await new Promise((resolve) => setTimeout(resolve, due));
    }
  }

  return {
    name: 'finish deletions',
    firstRunAfterMs: 0,
    async run() {
      if (isFirstRun && isAlone) {
        await finishAlone();
        isFirstRun = false;
        return null;
      }
      isFirstRun = false;
      return finishDeletions({ removal, clock }, SETTLE_MS);
    },
    onDue: (runAfter) =>
      signals.onRevoked(({ id }) => {
        // No key id: all keys of a user were revoked, which is how a deletion begins.
        if (id === null) runAfter(SETTLE_MS);
      }),
  };
}
