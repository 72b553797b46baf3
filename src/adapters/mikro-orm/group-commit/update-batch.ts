import type { AgentInstance } from '../../../domain/conversation/agent-instance.ts';
import type { AgentType } from '../../../domain/conversation/agent-type.ts';
import {
  applyChanges,
  type Changes,
  type Conversation,
  EMPTY_CONVERSATION,
} from '../../../domain/conversation/conversation.ts';
import { handOffPage } from '../../../domain/conversation/hand-off/hand-off-page.ts';
import { byPosition, isQueued, type Message } from '../../../domain/conversation/message.ts';
import type { UserId } from '../../../domain/ids.ts';
import type { Signal } from '../../../ports/signals/signals.ts';
import type {
  Decide,
  RecordedDecision,
  UpdateTarget,
} from '../../../ports/storage/agent-instance-repository.ts';
import type { LoadedConversation } from '../statements/conversations/load-conversations.ts';
import type { InstanceChanges, RecordToSave } from '../statements/conversations/save-changes.ts';
import type { LaneTask } from './group-commit.ts';
import { type InstanceCache, instanceKey } from './instance-cache.ts';

/**
 * When the texts of a batch have more characters than this, the batch takes no more updates: everybody waits
 * for a batch. PGlite takes 10 to 30 ms to save a megabyte, and a save sends all texts as one JSON text.
 */
const MAX_TEXT_LENGTH = 1_000_000;

/** One call of `update` that waits to be decided and saved. */
export interface UpdateTask extends LaneTask {
  readonly target: UpdateTarget;
  readonly decide: Decide<unknown>;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  attempts: number;
}

/**
 * All tasks of a batch on one instance. They are decided one after another, and saved or repeated together.
 */
class InstanceGroup {
  /** `complete` resolves or rejects the task. */
  readonly tasks: { task: UpdateTask; complete: () => void }[] = [];
  /** The instance as it was before the batch. */
  readonly before: AgentInstance | null;
  readonly target: UpdateTarget;
  /**
   * Whether the instance came from the cache. Then no result may be returned unless the instance is saved.
   */
  readonly isCached: boolean;
  /**
   * Whether the conversation may have only the first of the queued messages. Then the group takes no more
   * updates after its first change: the next update would not see the queued messages that follow.
   */
  readonly isQueueCut: boolean;
  /** Whether the conversation has all queued messages. */
  readonly isQueueKnown: boolean;
  conversation: Conversation;
  changes: Changes | null = null;

  constructor(targets: readonly UpdateTarget[], loaded: readonly LoadedConversation[]) {
    const messages = new Map<string, Message>();
    for (const entry of loaded) for (const message of entry.messages) messages.set(message.id, message);
    // An instance that was just read from the database is newer than a cached one.
    const newest = loaded.find(({ isCached }) => !isCached) ?? loaded[0];
    const instance = newest?.instance ?? null;
    this.isCached = newest?.isCached ?? false;
    const hasLoadedQueue = targets.some(({ withQueuedMessages }) => withQueuedMessages === true);
    const queue = [...messages.values()].filter(isQueued).sort(byPosition);
    this.isQueueCut = hasLoadedQueue && handOffPage(queue).next !== null;
    this.isQueueKnown = this.isCached || (hasLoadedQueue && !this.isQueueCut);
    this.target = targets[0]!;
    this.before = instance;
    this.conversation = { ...EMPTY_CONVERSATION, instance, messages: [...messages.values()] };
  }

  /** Adds these changes to those of the group. */
  addChanges(added: Changes): void {
    this.conversation = applyChanges(this.conversation, added);
    this.changes = this.changes === null ? added : mergeChanges(this.changes, added);
  }
}

/**
 * Decides a batch of updates in arrival order, from what was loaded for it. Callers get their results and
 * errors only after the instance is saved, because a result may depend on another change of the same batch.
 */
export class UpdateBatch {
  readonly #groups = new Map<string, InstanceGroup>();
  readonly #records: RecordToSave[] = [];
  readonly #recordKeys = new Set<string>();
  /** The agent types that this batch creates, by user and name. */
  readonly #newTypes = new Map<string, AgentType>();
  /** How many agent types this batch creates for each user. */
  readonly #newTypeCounts = new Map<UserId, number>();
  /** How many instances this batch creates for each user. */
  readonly #newInstanceCounts = new Map<UserId, number>();
  readonly #deferred: UpdateTask[] = [];
  #textLength = 0;

  constructor(tasks: readonly UpdateTask[], loaded: readonly LoadedConversation[]) {
    const indexesByInstance = Map.groupBy(tasks.keys(), (nth) => instanceKey(tasks[nth]!.target));
    for (const [key, indexes] of indexesByInstance) {
      const targets = indexes.map((nth) => tasks[nth]!.target);
      const ownLoaded = indexes.map((nth) => loaded[nth]!);
      this.#groups.set(key, new InstanceGroup(targets, ownLoaded));
    }
    for (const [nth, task] of tasks.entries()) this.#decide(task, loaded[nth]!);
  }

  #decide(task: UpdateTask, loaded: LoadedConversation): void {
    const { target } = task;
    const group = this.#groups.get(instanceKey(target))!;
    const recordKey = target.idempotencyKey == null ? null : userKey(target, target.idempotencyKey);
    const isTaken = group.isQueueCut && group.changes !== null;
    // The record of the first task with this key has to be saved and loaded before the second one is decided.
    const isRecordTaken = recordKey !== null && this.#recordKeys.has(recordKey);
    if (this.#textLength > MAX_TEXT_LENGTH || isTaken || isRecordTaken) {
      this.#deferred.push(task);
      return;
    }
    if (recordKey !== null) this.#recordKeys.add(recordKey);
    const typeKey = target.agentTypeName == null ? null : userKey(target, target.agentTypeName);
    const agentType = loaded.agentType ?? (typeKey === null ? null : (this.#newTypes.get(typeKey) ?? null));

    let decision: RecordedDecision<unknown>;
    try {
      const agentTypeCount = loaded.agentTypeCount + (this.#newTypeCounts.get(target.userId) ?? 0);
      const openInstanceCount = loaded.openInstanceCount + (this.#newInstanceCounts.get(target.userId) ?? 0);
      const counts = { agentTypeCount, openInstanceCount };
      decision = task.decide({ ...group.conversation, agentType, ...counts }, loaded.record);
    } catch (error) {
      group.tasks.push({ task, complete: () => task.reject(error) });
      return;
    }
    const { output, changes, record } = decision;
    if (changes !== null) {
      if (group.conversation.instance === null && typeKey !== null) {
        this.#newTypes.set(typeKey, changes.instance.agentType);
        if (agentType === null) addOne(this.#newTypeCounts, target.userId);
        addOne(this.#newInstanceCounts, target.userId);
      }
      group.addChanges(changes);
      this.#textLength += textLengthOf(changes);
    }
    if (record !== null && target.idempotencyKey != null) {
      // The output may depend on an earlier change of this batch: without that change, it must not be stored.
      const savedWithInstanceId = group.changes === null ? null : target.agentInstanceId;
      this.#records.push({ userId: target.userId, key: target.idempotencyKey, record, savedWithInstanceId });
    }
    group.tasks.push({ task, complete: () => task.resolve(output) });
  }

  /** Tasks that were not decided. They join the next batch. */
  get deferred(): readonly UpdateTask[] {
    return this.#deferred;
  }

  get records(): readonly RecordToSave[] {
    return this.#records;
  }

  instanceChanges(): InstanceChanges[] {
    const changed: InstanceChanges[] = [];
    for (const { target, before, changes } of this.#groups.values()) {
      if (changes !== null) changed.push({ userId: target.userId, before, changes });
    }
    return changed;
  }

  signals(): Signal[] {
    return this.instanceChanges().map(({ userId, changes: { instance } }) => ({
      userId,
      agentInstanceId: instance.id,
      version: instance.version,
    }));
  }

  /**
   * Resolves or rejects the tasks whose decision is valid, and updates the cache.
   * @param isSaved whether the instance with this key was written; called only for instances with changes.
   * @returns the tasks to decide again, because their instance had changed, or because it came from the cache
   * and no save has checked its version.
   */
  complete(isSaved: (key: string) => boolean, cache: InstanceCache): UpdateTask[] {
    const conflicting: UpdateTask[] = [];
    for (const [key, group] of this.#groups) {
      const isValid = group.changes === null ? !group.isCached : isSaved(key);
      if (isValid) {
        if (group.changes !== null) cache.update(key, group.isQueueKnown ? group.conversation : null);
        for (const { complete } of group.tasks) complete();
      } else {
        cache.delete(key);
        conflicting.push(...group.tasks.map(({ task }) => task));
      }
    }
    return conflicting;
  }
}

const addOne = (counts: Map<UserId, number>, userId: UserId): void => {
  counts.set(userId, (counts.get(userId) ?? 0) + 1);
};

/** Returns one text for a user and a key of that user. */
const userKey = ({ userId }: UpdateTarget, key: string): string => JSON.stringify([userId, key]);

/**
 * Returns both changes as one. A message that the first one posts is still new, also if the second one amends
 * it.
 */
function mergeChanges(first: Changes, second: Changes): Changes {
  const amended = new Map(first.amended.map((message) => [message.id, message]));
  const posted = new Map(first.posted.map((message) => [message.id, message]));
  for (const message of second.amended) (posted.has(message.id) ? posted : amended).set(message.id, message);
  for (const message of second.posted) posted.set(message.id, message);
  return {
    instance: second.instance,
    posted: [...posted.values()],
    amended: [...amended.values()],
    gitDiff: second.gitDiff === undefined ? first.gitDiff : second.gitDiff,
  };
}

function textLengthOf({ posted, gitDiff }: Changes): number {
  let length = gitDiff?.length ?? 0;
  for (const { content } of posted) length += content.length;
  return length;
}
