import type { AgentInstanceId, UserId } from '../../../domain/ids.ts';
import type { Subscription } from '../../../ports/signals/signals.ts';
import type { RecentEvents } from '../events/recent-events.ts';
import { DeliveryUpdates, type NotifiedMessage } from './delivery-updates.ts';
import type { LivePorts } from './live-ports.ts';
import { ObservedInstance } from './observed-instance.ts';
import { UserEvents } from './user-events.ts';

/** Keeps an instance observed until the handle is closed. */
export interface InstanceHandle {
  readonly instance: ObservedInstance;
  /** Idempotent. */
  close(): void;
}

interface ObservedEntry {
  readonly observed: ObservedInstance;
  /** How many streams of this instance are open; streams of all instances do not count. */
  streamCount: number;
  subscription: Subscription | null;
}

/**
 * The instances of one user that this process observes. Streams of one instance and streams of all instances
 * share the reads.
 */
export class ObservedUser {
  readonly userId: UserId;
  readonly #ports: LivePorts;
  readonly #instances = new Map<AgentInstanceId, ObservedEntry>();
  readonly #onIdle: () => void;
  readonly #deliveryUpdates: DeliveryUpdates | null;
  #userEvents: UserEvents | null = null;

  /** @param onIdle called when nothing of the user is observed any more. */
  constructor(ports: LivePorts, userId: UserId, onIdle: () => void) {
    this.userId = userId;
    this.#ports = ports;
    this.#onIdle = onIdle;
    const { deliveries = null, logger = null } = ports;
    this.#deliveryUpdates =
      deliveries &&
      new DeliveryUpdates(deliveries, {
        ...{ userId, logger },
        isWatched: (id) => this.#instances.has(id) || this.#userEvents?.hasInstance(id) === true,
        onRead: (message) => this.#publishDeliveries(message),
      });
  }

  /** Observes an instance for a stream of that instance. */
  observeInstance(id: AgentInstanceId): InstanceHandle {
    const entry = this.#findOrObserve(id);
    const { observed } = entry;
    entry.streamCount += 1;
    entry.subscription ??= this.#ports.signals.subscribe(
      { userId: this.userId, agentInstanceId: id },
      ({ version }) => observed.catchUpTo(version),
      () => observed.seen?.version ?? 0,
    );
    return { instance: observed, close: runAtMostOnce(() => this.#release(id, entry)) };
  }

  /**
   * Observes all instances of the user, for a stream of all of them.
   * @param createRecentEvents called if no other stream of all instances is open.
   */
  observeAll(createRecentEvents: () => RecentEvents): UserEvents {
    this.#userEvents ??= new UserEvents(this.#ports, this.userId, {
      recentEvents: createRecentEvents(),
      observeInstance: (id) => this.#findOrObserve(id).observed,
      observedInstances: () => [...this.#instances.values()].map(({ observed }) => observed),
      onEnd: () => this.#onUserEventsEnded(),
    });
    return this.#userEvents;
  }

  /** Call it when an agent starts or stops waiting on an instance in this process. */
  onWaitsChanged(id: AgentInstanceId): void {
    const entry =
      this.#instances.get(id) ?? (this.#userEvents?.hasInstance(id) ? this.#findOrObserve(id) : null);
    entry?.observed.onWaitsChanged();
  }

  /** @param instances all instances of the user that agents wait on in other processes. */
  setWaitsElsewhere(instances: ReadonlySet<AgentInstanceId>): void {
    for (const id of instances) if (this.#userEvents?.hasInstance(id)) this.#findOrObserve(id);
    for (const [id, { observed }] of this.#instances) observed.setWaitedOnElsewhere(instances.has(id));
  }

  #publishDeliveries(message: NotifiedMessage): void {
    const { agentInstanceId: id } = message;
    const entry =
      this.#instances.get(id) ?? (this.#userEvents?.hasInstance(id) ? this.#findOrObserve(id) : null);
    entry?.observed.publishDeliveries(message);
  }

  #findOrObserve(id: AgentInstanceId): ObservedEntry {
    const existing = this.#instances.get(id);
    if (existing !== undefined) return existing;
    // A stream of all instances must miss no change of this instance. So the new observation continues from
    // the version and position that this stream was sent last.
    const observed = new ObservedInstance(
      this.#ports,
      this.userId,
      id,
      this.#userEvents?.progressOf(id) ?? null,
    );
    const entry: ObservedEntry = { observed, streamCount: 0, subscription: null };
    this.#instances.set(id, entry);
    this.#userEvents?.follow(observed);
    return entry;
  }

  #release(id: AgentInstanceId, entry: ObservedEntry): void {
    entry.streamCount -= 1;
    if (entry.streamCount > 0) return;
    entry.subscription?.close();
    entry.subscription = null;
    // While a stream of all instances is open, the instance stays observed, unless it does not exist.
    if (this.#userEvents === null || !entry.observed.exists) this.#forget(id, entry);
    this.#notifyIfIdle();
  }

  #onUserEventsEnded(): void {
    this.#userEvents = null;
    for (const [id, entry] of this.#instances) if (entry.streamCount === 0) this.#forget(id, entry);
    this.#notifyIfIdle();
  }

  #forget(id: AgentInstanceId, { observed }: ObservedEntry): void {
    observed.close();
    this.#instances.delete(id);
  }

  #notifyIfIdle(): void {
    if (this.#instances.size > 0 || this.#userEvents !== null) return;
    this.#deliveryUpdates?.close();
    this.#onIdle();
  }
}

function runAtMostOnce(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
