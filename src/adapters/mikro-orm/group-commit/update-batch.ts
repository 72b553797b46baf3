import type { AgentType } from '../../../domain/conversation/agent-type.ts';
import { applyChanges, type Changes, type Conversation } from '../../../domain/conversation/conversation.ts';
import type { Message } from '../../../domain/conversation/message.ts';
import type { Signal } from '../../../ports/signals/signals.ts';
import type {
  Decide,
  RecordedDecision,
  UpdateTarget,
} from '../../../ports/storage/agent-instance-repository.ts';
import type { Loaded } from '../statements/conversations/load-conversations.ts';
import type { InstanceChanges, RecordToSave } from '../statements/conversations/save-changes.ts';
import type { Laned } from './group-commit.ts';
import { type InstanceCache, instanceKey } from './instance-cache.ts';

/** Characters of text that one save may carry, give or take one update: it becomes one JSON text. */
const TEXT_LIMIT = 8_000_000;

/** One call of `update`, waiting to be decided and saved. */
export interface UpdateJob extends Laned {
  readonly target: UpdateTarget;
  readonly decide: Decide<unknown>;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  attempts: number;
}

/** All jobs of a batch on one instance: decided one after another, saved or refused together. */
class InstanceGroup {
  readonly jobs: { job: UpdateJob; settle: () => void }[] = [];
  readonly baseVersion: number;
  readonly target: UpdateTarget;
  /** Decided from memory: no answer may rest on it unless it is saved. */
  readonly isCached: boolean;
  /** Whether the conversation holds all that is queued. */
  readonly queueIsKnown: boolean;
  conversation: Conversation;
  changes: Changes | null = null;

  constructor(targets: readonly UpdateTarget[], loaded: readonly Loaded[]) {
    const messages = new Map<string, Message>();
    for (const { messages: some } of loaded) for (const message of some) messages.set(message.id, message);
    const best = loaded.find(({ isCached }) => !isCached) ?? loaded[0];
    const instance = best?.instance ?? null;
    this.isCached = best?.isCached ?? false;
    this.queueIsKnown = this.isCached || targets.some(({ queue }) => queue === true);
    this.target = targets[0]!;
    this.baseVersion = instance?.version ?? 0;
    this.conversation = { instance, agentType: null, messages: [...messages.values()] };
  }

  /** The changes so far and then `next`, as one. */
  change(next: Changes): void {
    this.conversation = applyChanges(this.conversation, next);
    this.changes = this.changes === null ? next : merged(this.changes, next);
  }
}

/**
 * Decides a batch of updates in arrival order from what was loaded for it. What the jobs are told waits
 * until their instance is saved, errors included: they may rest on a change of the same batch.
 */
export class UpdateBatch {
  readonly #groups = new Map<string, InstanceGroup>();
  readonly #records: RecordToSave[] = [];
  readonly #recordKeys = new Set<string>();
  readonly #newTypes = new Map<string, AgentType>();
  readonly #deferred: UpdateJob[] = [];
  #text = 0;

  constructor(jobs: readonly UpdateJob[], loaded: readonly Loaded[]) {
    const byInstance = Map.groupBy(jobs.keys(), (nth) => instanceKey(jobs[nth]!.target));
    for (const [key, members] of byInstance) {
      const targets = members.map((nth) => jobs[nth]!.target);
      const ownLoaded = members.map((nth) => loaded[nth]!);
      this.#groups.set(key, new InstanceGroup(targets, ownLoaded));
    }
    for (const [nth, job] of jobs.entries()) this.#decide(job, loaded[nth]!);
  }

  #decide(job: UpdateJob, loaded: Loaded): void {
    const { target } = job;
    const group = this.#groups.get(instanceKey(target))!;
    const recordKey = target.idempotencyKey == null ? null : userKey(target, target.idempotencyKey);
    // A second job with the key must see the first one's record, which only a later load can show it.
    if (this.#text > TEXT_LIMIT || (recordKey !== null && this.#recordKeys.has(recordKey))) {
      this.#deferred.push(job);
      return;
    }
    if (recordKey !== null) this.#recordKeys.add(recordKey);
    const typeKey = target.agentTypeName == null ? null : userKey(target, target.agentTypeName);
    const agentType = loaded.agentType ?? (typeKey === null ? null : (this.#newTypes.get(typeKey) ?? null));

    let decision: RecordedDecision<unknown>;
    try {
      decision = job.decide({ ...group.conversation, agentType }, loaded.record);
    } catch (error) {
      group.jobs.push({ job, settle: () => job.reject(error) });
      return;
    }
    const { output, changes, record } = decision;
    if (changes !== null) {
      if (group.conversation.instance === null && typeKey !== null) {
        this.#newTypes.set(typeKey, changes.instance.agentType);
      }
      group.change(changes);
      this.#text += textOf(changes);
    }
    if (record !== null && target.idempotencyKey != null) {
      const dependsOn = group.changes === null ? null : target.agentInstanceId;
      this.#records.push({ userId: target.userId, key: target.idempotencyKey, record, dependsOn });
    }
    group.jobs.push({ job, settle: () => job.resolve(output) });
  }

  /** Jobs that were not decided and want the next batch. */
  get deferred(): readonly UpdateJob[] {
    return this.#deferred;
  }

  get records(): readonly RecordToSave[] {
    return this.#records;
  }

  instanceChanges(): InstanceChanges[] {
    const changed: InstanceChanges[] = [];
    for (const { target, baseVersion, changes } of this.#groups.values()) {
      if (changes !== null) changed.push({ userId: target.userId, baseVersion, changes });
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
   * Tells each job how it went.
   * @param isSaved whether the instance of this key was written; asked only for those with changes.
   * @returns the jobs to decide again: their instance had changed, or nobody has looked whether it had.
   */
  settle(isSaved: (key: string) => boolean, quiet: InstanceCache): UpdateJob[] {
    const conflicting: UpdateJob[] = [];
    for (const [key, group] of this.#groups) {
      const stands = group.changes === null ? !group.isCached : isSaved(key);
      if (stands) {
        if (group.changes !== null) quiet.update(key, group.queueIsKnown ? group.conversation : null);
        for (const { settle } of group.jobs) settle();
      } else {
        quiet.forget(key);
        conflicting.push(...group.jobs.map(({ job }) => job));
      }
    }
    return conflicting;
  }
}

const userKey = ({ userId }: UpdateTarget, key: string): string => JSON.stringify([userId, key]);

function merged(first: Changes, second: Changes): Changes {
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

function textOf({ posted, gitDiff }: Changes): number {
  let size = gitDiff?.length ?? 0;
  for (const { content } of posted) size += content.length;
  return size;
}
