import { InProcessSignals } from '../../src/adapters/signals/in-process.ts';
import type { ApiKeyName } from '../../src/ports/api-key-repository.ts';
import type { Revocations } from '../../src/ports/revocations.ts';

/** Revocations that also write down what is published. */
export function recordingRevocations(published: ApiKeyName[]): Revocations {
  const signals = new InProcessSignals();
  return {
    publishRevoked: (keys) => {
      published.push(...keys);
      signals.publishRevoked(keys);
    },
    onRevoked: (listener) => signals.onRevoked(listener),
  };
}
