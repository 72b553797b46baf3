import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import type { Signal } from '../../../src/ports/signals/signals.ts';
import type { DatabaseNotification, StoreSignals } from '../../../src/ports/signals/store-signals.ts';

/** In-process signals that also record what is published. */
export function recordingSignals(
  published: Signal[],
  databaseNotification: DatabaseNotification | null = null,
): StoreSignals {
  const signals = new InProcessSignals();
  return {
    databaseNotification,
    publish: (some) => {
      published.push(...some);
      signals.publish(some);
    },
    subscribe: (...subscription) => signals.subscribe(...subscription),
    subscribeAll: (...subscription) => signals.subscribeAll(...subscription),
    publishRevoked: (revoked) => signals.publishRevoked(revoked),
    onRevoked: (listener) => signals.onRevoked(listener),
  };
}
