import { InProcessSignals } from '../../src/adapters/signals/in-process.ts';
import type { Revocations, Revoked } from '../../src/ports/revocations.ts';

/** Revocations that also write down what is published. */
export function recordingRevocations(published: Revoked[]): Revocations {
  const signals = new InProcessSignals();
  return {
    publishRevoked: (keys) => {
      published.push(...keys);
      signals.publishRevoked(keys);
    },
    onRevoked: (listener) => signals.onRevoked(listener),
  };
}
