import type { AgentInstanceId, UserId } from '../../domain/ids.ts';

/** An agent instance that at least one call waits on. */
export interface WaitedOn {
  readonly userId: UserId;
  readonly agentInstanceId: AgentInstanceId;
}

/** The waits that one process holds open. */
export interface LocalWaitList {
  /** Every instance that is waited on, once. */
  all(): Iterable<WaitedOn>;
}

/**
 * Lets the processes of one store know which agent instances agents wait on in the others. What it says may be a few
 * seconds late: it is shown to people, and no decision rests on it.
 */
export interface SharedWaits {
  /** Starts to share the waits of this process, at a regular interval, until `close`. Call it once. */
  start(waits: LocalWaitList): void;

  /** Reads what other processes wait on, for these users, in one statement. */
  elsewhere(users: readonly UserId[]): Promise<readonly WaitedOn[]>;

  /** Takes back what this process has shared. */
  close(): Promise<void>;
}
