import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { Subscription } from '../../ports/signals/signals.ts';
import type { LivePorts } from './live-ports.ts';
import { ObservedInstance } from './observed-instance.ts';
import type { RecentEvents } from './recent-events.ts';
import { UserEvents } from './user-events.ts';

/** The right to go on observing something: while anybody has one, it is observed. */
export interface InstanceHandle<Observed> {
  readonly instance: Observed;
  /** Idempotent. */
  close(): void;
}

interface Entry {
  readonly observed: ObservedInstance;
  /** Streams of this instance alone. */
  streams: number;
  subscription: Subscription | null;
}

/** What this process observes of one user: single instances, all of them, or both over the same reads. */
export class ObservedUser {
  readonly userId: UserId;
  readonly #ports: LivePorts;
  readonly #instances = new Map<AgentInstanceId, Entry>();
  readonly #onIdle: () => void;
  #all: UserEvents | null = null;

  /** @param onIdle called when nothing is observed any more. */
  constructor(ports: LivePorts, userId: UserId, onIdle: () => void) {
    this.userId = userId;
    this.#ports = ports;
    this.#onIdle = onIdle;
  }

  /** Observes one instance for a stream of it. */
  observeInstance(id: AgentInstanceId): InstanceHandle<ObservedInstance> {
    const entry = this.#entry(id);
    const { observed } = entry;
    entry.streams += 1;
    entry.subscription ??= this.#ports.signals.subscribe(
      { userId: this.userId, agentInstanceId: id },
      ({ version }) => observed.catchUpTo(version),
      () => observed.seen?.version ?? 0,
    );
    return { instance: observed, close: once(() => this.#release(id, entry)) };
  }

  /** The events of all instances, from now on or from whenever somebody else began to observe them. */
  observeAll(recent: () => RecentEvents): UserEvents {
    this.#all ??= new UserEvents(this.#ports, this.userId, {
      recent: recent(),
      observe: (id) => this.#entry(id).observed,
      observed: () => [...this.#instances.values()].map(({ observed }) => observed),
      onEnd: () => this.#endAll(),
    });
    return this.#all;
  }

  onWaitsChanged(id: AgentInstanceId): void {
    const entry = this.#instances.get(id) ?? (this.#all?.knows(id) ? this.#entry(id) : null);
    entry?.observed.onWaitsChanged();
  }

  /** @param instances all of the user's that other processes wait on. */
  setWaitsElsewhere(instances: ReadonlySet<AgentInstanceId>): void {
    for (const id of instances) if (this.#all?.knows(id)) this.#entry(id);
    for (const [id, { observed }] of this.#instances) observed.setWaitedOnElsewhere(instances.has(id));
  }

  #entry(id: AgentInstanceId): Entry {
    const present = this.#instances.get(id);
    if (present !== undefined) return present;
    // Who observes all instances must miss nothing because somebody begins to observe this one.
    const observed = new ObservedInstance(this.#ports, this.userId, id, this.#all?.seen(id) ?? null);
    const entry: Entry = { observed, streams: 0, subscription: null };
    this.#instances.set(id, entry);
    this.#all?.follow(observed);
    return entry;
  }

  #release(id: AgentInstanceId, entry: Entry): void {
    entry.streams -= 1;
    if (entry.streams > 0) return;
    entry.subscription?.close();
    entry.subscription = null;
    // Who observes all keeps it; but not what was asked for and does not exist.
    if (this.#all === null || !entry.observed.exists) this.#forget(id, entry);
    this.#tellIfIdle();
  }

  #endAll(): void {
    this.#all = null;
    for (const [id, entry] of this.#instances) if (entry.streams === 0) this.#forget(id, entry);
    this.#tellIfIdle();
  }

  #forget(id: AgentInstanceId, { observed }: Entry): void {
    observed.close();
    this.#instances.delete(id);
  }

  #tellIfIdle(): void {
    if (this.#instances.size === 0 && this.#all === null) this.#onIdle();
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
