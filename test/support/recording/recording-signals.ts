import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import type { Signal, Signals } from '../../../src/ports/signals/signals.ts';

/** In-process signals that also record what is published. */
export function recordingSignals(published: Signal[]): Signals {
  const signals = new InProcessSignals();
  return {
    publish: (some) => {
      published.push(...some);
      signals.publish(some);
    },
    subscribe: (...subscription) => signals.subscribe(...subscription),
    subscribeAll: (...subscription) => signals.subscribeAll(...subscription),
  };
}
