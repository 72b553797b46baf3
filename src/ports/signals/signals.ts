import type { AgentInstanceId, UserId } from '../../domain/ids.ts';

/** A wake-up: something changed in this instance. It never carries the data itself. */
export interface Signal {
  readonly userId: UserId;
  readonly agentInstanceId: AgentInstanceId;
  /** The instance's version after the change. A subscriber that has seen this version need not read again. */
  readonly version: number;
}

export interface Subscription {
  /** Idempotent. */
  close(): void;
}

/**
 * Delivers wake-ups within the process and, where the adapter spans processes, to all of them. A signal is a
 * hint: it may come twice, late or out of order. A subscriber that first subscribes and then reads misses no
 * change for longer than the adapter's sweep (10 s). Subscriptions add no load on the store, however many
 * they are.
 */
export interface Signals {
  /** The store calls it after its commit. */
  publish(signals: readonly Signal[]): void;
  /**
   * Calls `listener` for each signal of the instance from now on, and never after `close`.
   * @param seenVersion returns the version that the subscriber last read; a sweep for missed signals calls
   * it.
   */
  subscribe(
    instance: Pick<Signal, 'userId' | 'agentInstanceId'>,
    listener: (signal: Signal) => void,
    seenVersion: () => number,
  ): Subscription;
  /**
   * Does the same for every instance of one user, also for those that will be created.
   * @param seen what the subscriber has read of them.
   */
  subscribeAll(userId: UserId, listener: (signal: Signal) => void, seen: SeenVersions): Subscription;
}

/** How far a subscriber to all instances of a user has read. A sweep for missed signals asks for it. */
export interface SeenVersions {
  /** Returns the version last read of an instance; 0 for an unknown one. */
  of(agentInstanceId: AgentInstanceId): number;
  /**
   * Returns the sum of all versions that it knows. It differs from the store's sum if anything was missed.
   */
  total(): number;
}
