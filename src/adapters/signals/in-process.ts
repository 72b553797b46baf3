import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { Signal, Signals, Subscription } from '../../ports/signals.ts';

interface Listening {
  readonly listener: (signal: Signal) => void;
  readonly seenVersion: () => number;
}

/** Signals within one process: enough for the in-memory and the embedded store, which have only one. */
export class InProcessSignals implements Signals {
  readonly #users = new Map<UserId, Map<AgentInstanceId, Set<Listening>>>();
  #size = 0;

  publish(signals: readonly Signal[]): void {
    if (this.#size === 0) return;
    for (const signal of signals) {
      const listening = this.#users.get(signal.userId)?.get(signal.agentInstanceId);
      for (const { listener } of listening ?? []) listener(signal);
    }
  }

  subscribe(
    { userId, agentInstanceId }: Pick<Signal, 'userId' | 'agentInstanceId'>,
    listener: (signal: Signal) => void,
    seenVersion: () => number,
  ): Subscription {
    const instances = getOrAdd(this.#users, userId, () => new Map<AgentInstanceId, Set<Listening>>());
    const listening = getOrAdd(instances, agentInstanceId, () => new Set<Listening>());
    const entry = { listener, seenVersion };
    listening.add(entry);
    this.#size += 1;
    return {
      close: () => {
        if (!listening.delete(entry)) return;
        this.#size -= 1;
        if (listening.size === 0) instances.delete(agentInstanceId);
        if (instances.size === 0) this.#users.delete(userId);
      },
    };
  }

  /** How many subscriptions are open. */
  get size(): number {
    return this.#size;
  }

  /** Each instance that is listened for, once, with the oldest version that any listener has seen. */
  *watched(): Iterable<Signal> {
    for (const [userId, instances] of this.#users) {
      for (const [agentInstanceId, listening] of instances) {
        const version = Math.min(...[...listening].map(({ seenVersion }) => seenVersion()));
        yield { userId, agentInstanceId, version };
      }
    }
  }
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const present = map.get(key);
  if (present !== undefined) return present;
  const made = make();
  map.set(key, made);
  return made;
}
