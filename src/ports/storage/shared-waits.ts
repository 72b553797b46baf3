import type { AgentInstanceId, UserId } from '../../domain/ids.ts';

/** An agent instance on which at least one call waits. */
export interface WaitedInstance {
  readonly userId: UserId;
  readonly agentInstanceId: AgentInstanceId;
}

/** The waits that one process holds open. */
export interface LocalWaitList {
  /** Returns each instance that agents wait on, once. */
  all(): Iterable<WaitedInstance>;
}

/**
 * Lets the processes of one store know which agent instances have a waiting call in another process. The
 * information may be a few seconds old. It is only shown to people; no decision depends on it.
 */
export interface SharedWaits {
  /** Starts to share the waits of this process, at a regular interval, until `close`. Call it once. */
  start(waits: LocalWaitList): void;

  /** Reads, in one statement, the instances of these users that have a waiting call in another process. */
  readWaitsElsewhere(users: readonly UserId[]): Promise<readonly WaitedInstance[]>;

  /** Stops sharing, and deletes the shared waits of this process. */
  close(): Promise<void>;
}
