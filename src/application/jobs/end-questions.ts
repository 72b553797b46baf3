import { endAtDeadline } from '../../domain/conversation/question-endings.ts';
import type { MessageId } from '../../domain/ids.ts';
import type { Clock, Ids } from '../../ports/runtime.ts';
import type { QuestionDeadline } from '../../ports/storage/agent-instance-repository.ts';
import type { Store } from '../../ports/store.ts';
import type { DeadlineAnnouncements } from '../waiting/deadline-announcements.ts';
import type { Job } from './job.ts';

/** How many deadlines are read and ended at once. */
const BATCH_SIZE = 200;
/**
 * How often a process looks for deadlines that it was not told of: those that another process has saved, and
 * could not end because it was killed. A question then ends 3 s late at most.
 */
const LOOK_INTERVAL_MS = 3_000;
/** A single process is told of all deadlines but those that were postponed or saved before it started. */
const LOOK_INTERVAL_ALONE_MS = 60_000;
/** Soon, because deadlines are late meanwhile, but so late that a store in trouble is not kept busy. */
const RETRY_MS = 2_000;

/**
 * Ends questions whose time is over. Processes that share a store all run this job: of two that end the same
 * question, the store lets one decide, and the other finds it ended.
 */
export function endQuestionsJob(
  { repository, signals }: Pick<Store, 'repository' | 'signals'>,
  clock: Clock,
  { ids, deadlines }: { readonly ids: Ids; readonly deadlines: DeadlineAnnouncements },
): Job {
  const isAlone = signals.databaseNotification === null;
  const lookAfterMs = isAlone ? LOOK_INTERVAL_ALONE_MS : LOOK_INTERVAL_MS;

  const end = ({ userId, agentInstanceId, questionId }: QuestionDeadline): Promise<null> => {
    const newMessageId = ids.next() as MessageId;
    // Open questions are always loaded. One that is not has ended.
    return repository.update({ userId, agentInstanceId }, (conversation) => ({
      ...endAtDeadline(conversation, { questionId, newMessageId, now: clock.now() }),
      record: null,
    }));
  };

  return {
    name: 'end questions whose time is over',
    firstRunAfterMs: 0,
    retryAfterMs: RETRY_MS,
    async run() {
      const next = await repository.nextDeadlines(BATCH_SIZE);
      const now = clock.now();
      const due = next.filter(({ expiresAt }) => expiresAt <= now);
      const results = await Promise.allSettled(due.map(end));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
      if (due.length === BATCH_SIZE) return 0;
      const firstLater = next[due.length];
      const untilNextMs =
        firstLater === undefined ? lookAfterMs : firstLater.expiresAt.getTime() - clock.now().getTime();
      return Math.max(0, Math.min(untilNextMs, lookAfterMs));
    },
    onDue: (runAfter) => deadlines.subscribe((seconds) => runAfter(seconds * 1000)),
  };
}
