import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import type { Signal } from '../../../src/ports/signals/signals.ts';
import type { DatabaseNotification, StoreSignals } from '../../../src/ports/signals/store-signals.ts';

/**
 * Returns in-process signals that also record what is published.
 * @param published the list to which every published signal is added
 */
export function recordingSignals(
  published: Signal[],
  databaseNotification: DatabaseNotification | null = null,
): StoreSignals {
  const signals = new InProcessSignals();
  return {
    databaseNotification,
    publish: (newSignals) => {
      published.push(...newSignals);
      signals.publish(newSignals);
    },
    subscribe: (...subscription) => signals.subscribe(...subscription),
    subscribeAll: (...subscription) => signals.subscribeAll(...subscription),
    publishDeliveries: (newSignals) => signals.publishDeliveries(newSignals),
    subscribeDeliveries: (...subscription) => signals.subscribeDeliveries(...subscription),
    publishRevoked: (revoked) => signals.publishRevoked(revoked),
    onRevoked: (listener) => signals.onRevoked(listener),
  };
}
