import { MAX_SILENCE_MS, noteSilence, silenceNotificationId } from '../../domain/notification/silence.ts';
import type { Clock } from '../../ports/runtime.ts';
import type { NotificationRepository } from '../../ports/storage/notification-repository.ts';
import type { LocalWaitList } from '../../ports/storage/shared-waits.ts';
import type { Store } from '../../ports/store.ts';
import type { Job } from '../jobs/job.ts';
import type { Settings } from '../use-case.ts';

/** How many instances are read at once. */
const BATCH_SIZE = 200;
const LOOK_INTERVAL_MS = 15_000;
/** The same while no user wants to know. Another process may have saved such a rule. */
const SELDOM_LOOK_INTERVAL_MS = 60_000;

export interface SilencePorts extends Pick<Store, 'signals'> {
  readonly notifications: NotificationRepository;
  /** The waits of this process. */
  readonly waits: LocalWaitList;
  readonly settings: Pick<Settings, 'staleAfterSeconds'>;
  readonly clock: Clock;
}

/**
 * Makes the notifications about agents that have become silent, for users whose rules ask for them. It is one
 * read at an interval, for all users; a process that is alone reads nothing while no user asks. Two processes
 * that note the same silence make one notification.
 */
export function noteSilentAgentsJob({ notifications, signals, waits, settings, clock }: SilencePorts): Job {
  const isAlone = signals.databaseNotification === null;

  return {
    name: 'note silent agents',
    firstRunAfterMs: 1,
    async run() {
      const now = clock.now();
      const silentBefore = new Date(now.getTime() - settings.staleAfterSeconds * 1000);
      const silentAfter = new Date(silentBefore.getTime() - MAX_SILENCE_MS);
      const silent = await notifications.findSilent({
        ...{ silentBefore, silentAfter, limit: BATCH_SIZE },
        waitingHere: new Set([...waits.all()].map(({ agentInstanceId }) => agentInstanceId)),
      });
      if (silent === null) return isAlone ? null : SELDOM_LOOK_INTERVAL_MS;
      const noted = silent.map(({ userId, ...silence }) =>
        notifications.update({ userId, id: silenceNotificationId(silence.agentInstanceId) }, (stored) => ({
          output: null,
          changes: noteSilence(stored, silence, now),
          record: null,
        })),
      );
      await Promise.all(noted);
      return LOOK_INTERVAL_MS;
    },
    onDue: (runAfter) => notifications.onSettings(() => runAfter(0)),
  };
}
