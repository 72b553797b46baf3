import type { AgentInstanceId, UserId } from '../../domain/ids.ts';

/** A wake-up: something changed in this instance. It never carries the data itself. */
export interface Signal {
  readonly userId: UserId;
  readonly agentInstanceId: AgentInstanceId;
  /**
   * The instance's version after the change. A subscriber that has read this version or a newer one can
   * ignore the signal.
   */
  readonly version: number;
}

export interface Subscription {
  /** Ends the subscription. Closing it again does nothing. */
  close(): void;
}

/**
 * Delivers wake-ups within the process and, if the adapter connects processes, to all of them. A signal is a
 * hint: it may come twice, late or out of order. A subscriber that first subscribes and then reads learns of
 * every change, at the latest with the adapter's next sweep (every 10 s). Any number of subscriptions costs
 * the store the same.
 */
export interface Signals {
  /** Publishes signals. The store calls it after the commit. */
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
   * Calls `listener` for each signal of every instance of one user, also of instances that are created later,
   * and never after `close`.
   * @param seenVersions returns the versions that the subscriber last read.
   */
  subscribeAll(userId: UserId, listener: (signal: Signal) => void, seenVersions: SeenVersions): Subscription;
}

/**
 * The versions that a subscriber to all instances of a user has read. A sweep for missed signals compares
 * them with the versions in the store.
 */
export interface SeenVersions {
  /** Returns the last version of an instance that the subscriber has read; 0 for an unknown instance. */
  versionOf(agentInstanceId: AgentInstanceId): number;
  /**
   * Returns the sum of all versions that were read. If it differs from the sum in the store, a signal was
   * missed.
   */
  total(): number;
}
