import type { AgentInstanceId, MessageId, UserId } from '../../../domain/ids.ts';
import { PortError, storageBusy } from '../../../ports/errors.ts';
import type { Observer } from '../../../ports/observer.ts';
import type { StoreSignals } from '../../../ports/signals/store-signals.ts';
import type {
  AgentInstanceRepository,
  Decide,
  QuestionDeadline,
  QuestionState,
  UpdateTarget,
} from '../../../ports/storage/agent-instance-repository.ts';
import type { Database } from '../database/database.ts';
import { ConflictError } from '../database/driver-errors.ts';
import { GatheredReads } from '../group-commit/gathered-reads.ts';
import { GroupCommit, observeBatches, type RunBatch } from '../group-commit/group-commit.ts';
import { InstanceCache, instanceKey } from '../group-commit/instance-cache.ts';
import { UpdateBatch, type UpdateTask } from '../group-commit/update-batch.ts';
import { deleteIdempotencyRecords } from '../statements/conversations/delete-idempotency-records.ts';
import { instanceOfMessage } from '../statements/conversations/instance-of-message.ts';
import { loadConversations } from '../statements/conversations/load-conversations.ts';
import { nextDeadlines } from '../statements/conversations/next-deadlines.ts';
import { type AskedQuestion, readQuestionStates } from '../statements/conversations/question-states.ts';
import { type SavedBatch, saveChanges } from '../statements/conversations/save-changes.ts';

/**
 * How often one update is decided before the caller gets `storage_busy`. In each round one of the competing
 * processes saves. With two processes on one instance, one update in 30 million fails in all 25 rounds.
 */
const MAX_ATTEMPTS = 25;

export interface RepositoryOptions {
  readonly database: Database;
  /** Receives a signal of every committed change. */
  readonly signals: Pick<StoreSignals, 'publish' | 'databaseNotification'>;
  /** Receives a report of every batch. */
  readonly observer?: Observer | null;
  /** Is called when a save has made a notification, or one is over now. */
  readonly onNotificationsDue?: () => void;
}

/** Stores agent instances in PostgreSQL or PGlite. It writes them by group commit. */
export class MikroOrmAgentInstanceRepository implements AgentInstanceRepository {
  readonly #database: Database;
  readonly #signals: RepositoryOptions['signals'];
  readonly #onNotificationsDue: () => void;
  readonly #updates: GroupCommit<UpdateTask>;
  readonly #cache = new InstanceCache();
  readonly #questionStates: GatheredReads<AskedQuestion, QuestionState | null>;

  constructor(options: RepositoryOptions) {
    const { database, signals, observer = null, onNotificationsDue = () => {} } = options;
    this.#database = database;
    this.#signals = signals;
    this.#onNotificationsDue = onNotificationsDue;
    this.#questionStates = new GatheredReads((questions) => readQuestionStates(database, questions));
    const run: RunBatch<UpdateTask> = (batch) => this.#runBatch(batch);
    this.#updates = new GroupCommit(database.lanes, observer === null ? run : observeBatches(run, observer));
  }

  update<Output>(target: UpdateTarget, decide: Decide<Output>): Promise<Output> {
    return new Promise<Output>((resolve, reject) => {
      this.#updates.submit({
        laneKey: target.agentInstanceId,
        userId: target.userId,
        target,
        decide,
        resolve: resolve as (output: unknown) => void,
        reject,
        attempts: 0,
      });
    });
  }

  instanceOfMessage(userId: UserId, messageId: MessageId): Promise<AgentInstanceId | null> {
    return instanceOfMessage(this.#database, userId, messageId);
  }

  questionState(userId: UserId, questionId: MessageId): Promise<QuestionState | null> {
    return this.#questionStates.read({ userId, questionId });
  }

  nextDeadlines(limit: number): Promise<readonly QuestionDeadline[]> {
    return nextDeadlines(this.#database, limit);
  }

  deleteIdempotencyRecords(time: Date): Promise<number> {
    return deleteIdempotencyRecords(this.#database, time);
  }

  async ping(): Promise<void> {
    await this.#database.ping();
  }

  /** Runs a batch, as `RunBatch` describes it. Returns the tasks that must run again. */
  async #runBatch(tasks: readonly UpdateTask[]): Promise<readonly UpdateTask[]> {
    let batch: UpdateBatch;
    let saved: SavedBatch;
    try {
      batch = await this.#loadAndDecide(tasks);
      saved = await this.#save(batch);
    } catch (error) {
      if (error instanceof PortError) return rejectAll(tasks, error);
      // One failing update must not fail the others, so each gets its own batch.
      if (tasks.length > 1) return this.#runOneByOne(tasks);
      return error instanceof ConflictError ? this.#repeatable(tasks) : rejectAll(tasks, error);
    }
    const writtenKeys = new Set(
      saved.instances.map(({ userId, changes }) =>
        instanceKey({ userId, agentInstanceId: changes.instance.id }),
      ),
    );
    const conflicting = batch.complete((key) => writtenKeys.has(key), this.#cache);
    this.#signals.publish(batch.signals().filter((signal) => writtenKeys.has(instanceKey(signal))));
    if (saved.hasDueNotifications) this.#onNotificationsDue();
    return [...this.#repeatable(conflicting), ...batch.deferred];
  }

  async #runOneByOne(tasks: readonly UpdateTask[]): Promise<readonly UpdateTask[]> {
    const repeated: UpdateTask[] = [];
    for (const task of tasks) repeated.push(...(await this.#runBatch([task])));
    return repeated;
  }

  async #loadAndDecide(tasks: readonly UpdateTask[]): Promise<UpdateBatch> {
    const found = tasks.map(({ target }) => this.#cache.get(target));
    // If one task of an instance has to load it, all of them do. A cached instance may be out of date, and
    // then the messages that its task needs would be missing beside the newer instance.
    const loadedKeys = new Set(
      tasks.filter((_, nth) => found[nth] === null).map(({ target }) => instanceKey(target)),
    );
    const cached = found.map((entry, nth) =>
      loadedKeys.has(instanceKey(tasks[nth]!.target)) ? null : entry,
    );
    const missing = tasks.filter((_, nth) => cached[nth] === null).map(({ target }) => target);
    const loaded = missing.length === 0 ? [] : await loadConversations(this.#database, missing);
    // `loaded` has an entry for each task that is not cached, in the same order.
    const nextLoaded = loaded.values();
    return new UpdateBatch(
      tasks,
      cached.map((entry) => entry ?? nextLoaded.next().value!),
    );
  }

  async #save(batch: UpdateBatch): Promise<SavedBatch> {
    const changes = batch.instanceChanges();
    if (changes.length === 0 && batch.records.length === 0)
      return { instances: [], hasDueNotifications: false };
    return saveChanges(this.#database, changes, batch.records, {
      // Without payloads nothing is sent, so the channel does not matter.
      channel: this.#signals.databaseNotification?.channel ?? '',
      payloads: this.#signals.databaseNotification?.encodeSignals(batch.signals()) ?? [],
    });
  }

  /** Returns the tasks that may be decided again, and rejects the others. */
  #repeatable(tasks: readonly UpdateTask[]): readonly UpdateTask[] {
    const repeatable: UpdateTask[] = [];
    for (const task of tasks) {
      task.attempts += 1;
      if (task.attempts < MAX_ATTEMPTS) repeatable.push(task);
      else task.reject(storageBusy());
    }
    return repeatable;
  }
}

/** Rejects all tasks, so it returns no task to repeat. */
function rejectAll(tasks: readonly UpdateTask[], error: unknown): readonly UpdateTask[] {
  for (const task of tasks) task.reject(error);
  return [];
}
