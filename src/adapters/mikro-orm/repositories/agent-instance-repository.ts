import type { AgentInstanceId, MessageId, UserId } from '../../../domain/ids.ts';
import { PortError, storageBusy } from '../../../ports/errors.ts';
import type { Observer } from '../../../ports/observer.ts';
import type { StoreSignals } from '../../../ports/signals/store-signals.ts';
import type {
  AgentInstanceRepository,
  Decide,
  UpdateTarget,
} from '../../../ports/storage/agent-instance-repository.ts';
import type { Database } from '../database/database.ts';
import { ConflictError } from '../database/driver-errors.ts';
import { GroupCommit, observeBatches, type RunBatch } from '../group-commit/group-commit.ts';
import { InstanceCache, instanceKey } from '../group-commit/instance-cache.ts';
import { UpdateBatch, type UpdateJob } from '../group-commit/update-batch.ts';
import { forgetRecords } from '../statements/conversations/forget-records.ts';
import { loadConversations } from '../statements/conversations/load-conversations.ts';
import { messageInstance } from '../statements/conversations/message-instance.ts';
import { saveChanges } from '../statements/conversations/save-changes.ts';

/**
 * Decisions of one update before the caller gets `storage_busy`. One process wins each round, so with two
 * processes on one instance an update loses all of them once in 30 million times.
 */
const ATTEMPT_LIMIT = 25;

export interface RepositoryOptions {
  readonly database: Database;
  /** Every committed change is published to it. */
  readonly signals: Pick<StoreSignals, 'publish' | 'databaseNotification'>;
  /** Is sent a report of every batch. */
  readonly observer?: Observer | null;
}

/** Agent instances in PostgreSQL, real or embedded, written by group commit. */
export class MikroOrmAgentInstanceRepository implements AgentInstanceRepository {
  readonly #database: Database;
  readonly #signals: RepositoryOptions['signals'];
  readonly #updates: GroupCommit<UpdateJob>;
  readonly #cache = new InstanceCache();

  constructor({ database, signals, observer = null }: RepositoryOptions) {
    this.#database = database;
    this.#signals = signals;
    const run: RunBatch<UpdateJob> = (batch) => this.#run(batch);
    this.#updates = new GroupCommit(database.lanes, observer === null ? run : observeBatches(run, observer));
  }

  update<Output>(target: UpdateTarget, decide: Decide<Output>): Promise<Output> {
    return new Promise<Output>((resolve, reject) => {
      this.#updates.submit({
        laneKey: target.agentInstanceId,
        target,
        decide,
        resolve: resolve as (output: unknown) => void,
        reject,
        attempts: 0,
      });
    });
  }

  instanceOfMessage(userId: UserId, messageId: MessageId): Promise<AgentInstanceId | null> {
    return messageInstance(this.#database, userId, messageId);
  }

  deleteIdempotencyRecords(time: Date): Promise<number> {
    return forgetRecords(this.#database, time);
  }

  async ping(): Promise<void> {
    await this.#database.query([], 'select 1', []);
  }

  async #run(jobs: readonly UpdateJob[]): Promise<readonly UpdateJob[]> {
    let batch: UpdateBatch;
    let written: Set<string>;
    try {
      batch = await this.#decide(jobs);
      written = await this.#save(batch);
    } catch (error) {
      if (error instanceof PortError) return rejectAll(jobs, error);
      // One failing job must not fail the others: each gets its own batch.
      if (jobs.length > 1) return this.#runOneByOne(jobs);
      return error instanceof ConflictError ? this.#repeatable(jobs) : rejectAll(jobs, error);
    }
    const conflicting = batch.complete((key) => written.has(key), this.#cache);
    this.#signals.publish(batch.signals().filter((signal) => written.has(instanceKey(signal))));
    return [...this.#repeatable(conflicting), ...batch.deferred];
  }

  async #runOneByOne(jobs: readonly UpdateJob[]): Promise<readonly UpdateJob[]> {
    const repeated: UpdateJob[] = [];
    for (const job of jobs) repeated.push(...(await this.#run([job])));
    return repeated;
  }

  async #decide(jobs: readonly UpdateJob[]): Promise<UpdateBatch> {
    const cached = jobs.map(({ target }) => this.#cache.get(target));
    const missing = jobs.filter((_, nth) => cached[nth] === null).map(({ target }) => target);
    const loaded = missing.length === 0 ? [] : await loadConversations(this.#database, missing);
    const inOrder = loaded.values();
    return new UpdateBatch(
      jobs,
      cached.map((found) => found ?? inOrder.next().value!),
    );
  }

  /** Returns the keys of the instances that were written. */
  async #save(batch: UpdateBatch): Promise<Set<string>> {
    const changes = batch.instanceChanges();
    if (changes.length === 0 && batch.records.length === 0) return new Set();
    const saved = await saveChanges(this.#database, changes, batch.records, {
      channel: this.#signals.databaseNotification?.channel ?? '',
      payloads: this.#signals.databaseNotification?.encodeSignals(batch.signals()) ?? [],
    });
    return new Set(
      saved.map(({ userId, changes }) => instanceKey({ userId, agentInstanceId: changes.instance.id })),
    );
  }

  /** Returns the jobs that may be decided again, and rejects the others. */
  #repeatable(jobs: readonly UpdateJob[]): readonly UpdateJob[] {
    const repeatable: UpdateJob[] = [];
    for (const job of jobs) {
      job.attempts += 1;
      if (job.attempts < ATTEMPT_LIMIT) repeatable.push(job);
      else job.reject(storageBusy());
    }
    return repeatable;
  }
}

function rejectAll(jobs: readonly UpdateJob[], error: unknown): readonly UpdateJob[] {
  for (const job of jobs) job.reject(error);
  return [];
}
