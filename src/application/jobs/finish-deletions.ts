import type { Clock } from '../../ports/runtime.ts';
import type { Store } from '../../ports/store.ts';
import { finishDeletions } from '../admin/delete-user.ts';
import type { Job } from './job.ts';

/**
 * The time between the beginning of a deletion and its end. At the end, every process refuses the user's
 * tokens (after 5 s), and the statements that were running have ended (after 12 s at most).
 */
const SETTLE_MS = 20_000;
/**
 * The same time for a single process: 1 s is enough. Times in tokens are whole seconds, so a token that is
 * issued 1 s after the deletion or later has a later time than the deletion.
 */
const SETTLE_ALONE_MS = 1_000;

/**
 * Finishes deletions of users that a stopped process or a command has left unfinished. If this is the only
 * process, the first run waits until all these deletions are finished. If it did not wait, the user could get
 * a new key before the end of the deletion, and the deletion would delete that key, too.
 */
export function finishDeletionsJob(store: Pick<Store, 'removal' | 'signals'>, clock: Clock): Job | null {
  const { removal, signals } = store;
  if (removal === null) return null;
  const isAlone = signals.databaseNotification === null;
  let isFirstRun = true;

  async function finishAlone(): Promise<void> {
    for (;;) {
      const dueInMs = await finishDeletions({ removal: removal!, clock }, SETTLE_ALONE_MS);
      if (dueInMs === null) return;
      await new Promise((resolve) => setTimeout(resolve, dueInMs));
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
        // Without a key id, all keys of a user were revoked: the deletion of the user has begun or finished.
        if (id === null) runAfter(SETTLE_MS);
      }),
  };
}
