import type { AgentInstanceId, MessageId, UserId } from '../../../domain/ids.ts';
import { notificationIdsOf } from '../../../domain/notification/callback.ts';
import type { Notification } from '../../../domain/notification/notification.ts';
import type { Logger } from '../../../ports/runtime.ts';
import type { DeliverySignal, DeliverySignals } from '../../../ports/signals/delivery-signals.ts';
import type { Subscription } from '../../../ports/signals/signals.ts';
import type { NotificationRepository } from '../../../ports/storage/notification-repository.ts';

/** What live streams need to show what became of notifications. */
export interface LiveDeliveries {
  readonly signals: DeliverySignals;
  readonly notifications: Pick<NotificationRepository, 'find'>;
}

/** The notifications of one message. */
export interface NotifiedMessage {
  readonly agentInstanceId: AgentInstanceId;
  readonly messageId: MessageId;
  readonly notifications: readonly Notification[];
}

export interface DeliveryUpdatesOptions {
  readonly userId: UserId;
  /** Returns whether somebody watches this instance. If not, nothing is read. */
  readonly isWatched: (id: AgentInstanceId) => boolean;
  readonly onRead: (message: NotifiedMessage) => void;
  readonly logger: Pick<Logger, 'warn'> | null;
}

/**
 * Reads what became of a user's notifications when it has changed, once for all streams. Changes that come
 * during a read share the next one.
 */
export class DeliveryUpdates {
  readonly #deliveries: LiveDeliveries;
  readonly #options: DeliveryUpdatesOptions;
  readonly #subscription: Subscription;
  readonly #changed = new Map<MessageId, AgentInstanceId>();
  #isReading = false;

  constructor(deliveries: LiveDeliveries, options: DeliveryUpdatesOptions) {
    this.#deliveries = deliveries;
    this.#options = options;
    this.#subscription = deliveries.signals.subscribeDeliveries(options.userId, (signal) =>
      this.#onSignal(signal),
    );
  }

  close(): void {
    this.#subscription.close();
    this.#changed.clear();
  }

  #onSignal({ agentInstanceId, messageId }: DeliverySignal): void {
    if (!this.#options.isWatched(agentInstanceId)) return;
    this.#changed.set(messageId, agentInstanceId);
    if (!this.#isReading) void this.#read();
  }

  async #read(): Promise<void> {
    const { userId, onRead, logger } = this.#options;
    this.#isReading = true;
    try {
      // Signals that arrive together are read together.
      await Promise.resolve();
      while (this.#changed.size > 0) {
        const changed = [...this.#changed];
        this.#changed.clear();
        const ids = changed.flatMap(([messageId]) => notificationIdsOf(messageId));
        const found = await this.#deliveries.notifications.find(userId, ids);
        for (const [messageId, agentInstanceId] of changed) {
          const notifications = found.filter((notification) => notification.messageId === messageId);
          if (notifications.length > 0) onRead({ agentInstanceId, messageId, notifications });
        }
      }
    } catch (err) {
      // The next change shows it, or the next time that the conversation is read.
      logger?.warn({ err }, 'Could not read deliveries for live streams');
    } finally {
      this.#isReading = false;
    }
  }
}
