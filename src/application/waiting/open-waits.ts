import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { LocalWaitList, WaitedOn } from '../../ports/storage/shared-waits.ts';

export type { WaitedOn };

const NONE: ReadonlySet<AgentInstanceId> = new Set();

/**
 * The waits that this process holds open: an agent that waits is not silent, and people are shown that it
 * does. Kept in memory alone; what tells other processes of it reads `all`.
 */
export class OpenWaits implements LocalWaitList {
  readonly #users = new Map<UserId, Map<AgentInstanceId, number>>();
  readonly #listeners = new Set<(wait: WaitedOn) => void>();
  readonly #instances = new Map<UserId, ReadonlySet<AgentInstanceId>>();

  /** Counts a wait as open until it is disposed. */
  begin({ userId, agentInstanceId }: WaitedOn): Disposable {
    this.#count(userId, agentInstanceId, 1);
    let isOpen = true;
    return {
      [Symbol.dispose]: () => {
        if (isOpen) this.#count(userId, agentInstanceId, -1);
        isOpen = false;
      },
    };
  }

  /** The user's instances that are waited on, as of now. */
  of(userId: UserId): ReadonlySet<AgentInstanceId> {
    const known = this.#instances.get(userId);
    if (known !== undefined) return known;
    const counts = this.#users.get(userId);
    if (counts === undefined) return NONE;
    const instances = new Set(counts.keys());
    this.#instances.set(userId, instances);
    return instances;
  }

  /** How many are open, those that wait on the same instance counted each. */
  get count(): number {
    let count = 0;
    for (const counts of this.#users.values()) for (const some of counts.values()) count += some;
    return count;
  }

  /** Every instance that is waited on, once. */
  *all(): Iterable<WaitedOn> {
    for (const [userId, counts] of this.#users) {
      for (const agentInstanceId of counts.keys()) yield { userId, agentInstanceId };
    }
  }

  /** Calls `listener` whenever an instance begins to be waited on, or is waited on no more. */
  onChange(listener: (wait: WaitedOn) => void): void {
    this.#listeners.add(listener);
  }

  #count(userId: UserId, agentInstanceId: AgentInstanceId, change: 1 | -1): void {
    const counts = this.#users.get(userId) ?? new Map<AgentInstanceId, number>();
    const count = (counts.get(agentInstanceId) ?? 0) + change;
    if (count > 0) counts.set(agentInstanceId, count);
    else counts.delete(agentInstanceId);
    if (counts.size > 0) this.#users.set(userId, counts);
    else this.#users.delete(userId);
    this.#instances.delete(userId);
    const isOther = change === 1 ? count === 1 : count === 0;
    if (isOther) for (const listener of this.#listeners) listener({ userId, agentInstanceId });
  }
}
