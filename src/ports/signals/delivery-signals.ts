import type { AgentInstanceId, MessageId, UserId } from '../../domain/ids.ts';
import type { Subscription } from './signals.ts';

/** A wake-up: what became of a notification of this message has changed. It never carries the data itself. */
export interface DeliverySignal {
  readonly userId: UserId;
  readonly agentInstanceId: AgentInstanceId;
  readonly messageId: MessageId;
}

/**
 * Publishes within the process and, if the adapter connects processes, to all of them, that notifications
 * were delivered, failed or were opened. A signal is a hint: it may come twice, late or, after a lost
 * connection, never. No sweep finds what was missed.
 */
export interface DeliverySignals {
  /** Publishes signals, after the changes are stored. */
  publishDeliveries(signals: readonly DeliverySignal[]): void;
  /** Calls `listener` for each signal of one user from now on, and never after `close`. */
  subscribeDeliveries(userId: UserId, listener: (signal: DeliverySignal) => void): Subscription;
}
