import type { AgentInstanceId, UserId } from '../../domain/ids.ts';

/** "Something changed in this instance": a wake-up, never the data itself. */
export interface Signal {
  readonly userId: UserId;
  readonly agentInstanceId: AgentInstanceId;
  /** The instance's version after the change: who has seen this version already need not look. */
  readonly version: number;
}

export interface Subscription {
  /** Idempotent. */
  close(): void;
}

/**
 * Wake-ups, delivered in the process and, where the adapter spans processes, to all of them. A hint: it
 * may come twice, late or out of order, but whoever subscribes first and reads then misses no change for
 * longer than the adapter's sweep (10 s). Any number of subscriptions adds no load on the store.
 */
export interface Signals {
  /** Called by the store after its commit. */
  publish(signals: readonly Signal[]): void;
  /**
   * Calls `listener` for each signal of the instance from now on, and never after `close`.
   * @param seenVersion the version the subscriber last read; asked when a sweep looks for missed signals.
   */
  subscribe(
    instance: Pick<Signal, 'userId' | 'agentInstanceId'>,
    listener: (signal: Signal) => void,
    seenVersion: () => number,
  ): Subscription;
  /**
   * The same for every instance of one user, those that are yet to be created included.
   * @param seen what the subscriber has read of them.
   */
  subscribeAll(userId: UserId, listener: (signal: Signal) => void, seen: SeenVersions): Subscription;
}

/** How far a subscriber to all of a user's instances has read, asked when a sweep looks for missed signals. */
export interface SeenVersions {
  /** The version last read of an instance; 0 for one it does not know. */
  of(agentInstanceId: AgentInstanceId): number;
  /** The sum over all that it knows: it differs from the store's where anything has been missed. */
  total(): number;
}
