import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { Logger } from '../../ports/runtime.ts';
import type { DeliverySignal } from '../../ports/signals/delivery-signals.ts';
import type { Revocation } from '../../ports/signals/revocations.ts';
import type { SeenVersions, Signal, Subscription } from '../../ports/signals/signals.ts';
import type { StoreSignals } from '../../ports/signals/store-signals.ts';
import type { WatchedUser } from '../../ports/storage/versions.ts';

interface InstanceListener {
  readonly listener: (signal: Signal) => void;
  readonly seenVersion: () => number;
}

interface UserListener {
  readonly listener: (signal: Signal) => void;
  readonly seen: SeenVersions;
}

interface DeliveryListener {
  readonly listener: (signal: DeliverySignal) => void;
}

interface RevocationListener {
  readonly listener: (key: Revocation) => void;
}

/** Delivers signals within one process. That is enough for the in-memory and the embedded store. */
export class InProcessSignals implements StoreSignals {
  readonly databaseNotification = null;
  readonly #instanceListeners = new Map<UserId, Map<AgentInstanceId, Set<InstanceListener>>>();
  readonly #userListeners = new Map<UserId, Set<UserListener>>();
  readonly #deliveryListeners = new Map<UserId, Set<DeliveryListener>>();
  readonly #revocationListeners = new Set<RevocationListener>();
  readonly #logger: Pick<Logger, 'error'>;
  /** The number of open subscriptions, without those to revocations and deliveries. */
  #size = 0;

  /**
   * @param logger gets the errors that listeners throw. Without a logger they become Node's process warnings.
   */
  constructor(logger: Pick<Logger, 'error'> = warningLogger) {
    this.#logger = logger;
  }

  publish(signals: readonly Signal[]): void {
    if (this.#size === 0) return;
    for (const signal of signals) this.#deliver(signal, false);
  }

  /** Publishes what a sweep has found, but only to subscribers that have not seen these versions yet. */
  publishUnseen(current: readonly Signal[]): void {
    for (const signal of current) this.#deliver(signal, true);
  }

  subscribe(
    { userId, agentInstanceId }: Pick<Signal, 'userId' | 'agentInstanceId'>,
    listener: (signal: Signal) => void,
    seenVersion: () => number,
  ): Subscription {
    const instances = getOrAdd(
      this.#instanceListeners,
      userId,
      () => new Map<AgentInstanceId, Set<InstanceListener>>(),
    );
    const listeners = getOrAdd(instances, agentInstanceId, () => new Set<InstanceListener>());
    const entry = { listener, seenVersion };
    listeners.add(entry);
    this.#size += 1;
    return {
      close: () => {
        if (!listeners.delete(entry)) return;
        this.#size -= 1;
        if (listeners.size === 0) instances.delete(agentInstanceId);
        if (instances.size === 0) this.#instanceListeners.delete(userId);
      },
    };
  }

  subscribeAll(userId: UserId, listener: (signal: Signal) => void, seen: SeenVersions): Subscription {
    const listeners = getOrAdd(this.#userListeners, userId, () => new Set<UserListener>());
    const entry = { listener, seen };
    listeners.add(entry);
    this.#size += 1;
    return {
      close: () => {
        if (!listeners.delete(entry)) return;
        this.#size -= 1;
        if (listeners.size === 0) this.#userListeners.delete(userId);
      },
    };
  }

  publishDeliveries(signals: readonly DeliverySignal[]): void {
    for (const signal of signals) {
      const { userId, agentInstanceId } = signal;
      const listeners = this.#deliveryListeners.get(userId);
      if (listeners === undefined) continue;
      const onError = (err: unknown) =>
        this.#logger.error({ err, agentInstanceId }, 'A listener for deliveries threw');
      notifyEach(listeners, ({ listener }) => listener(signal), onError);
    }
  }

  subscribeDeliveries(userId: UserId, listener: (signal: DeliverySignal) => void): Subscription {
    const listeners = getOrAdd(this.#deliveryListeners, userId, () => new Set<DeliveryListener>());
    const entry = { listener };
    listeners.add(entry);
    return {
      close: () => {
        if (listeners.delete(entry) && listeners.size === 0) this.#deliveryListeners.delete(userId);
      },
    };
  }

  publishRevoked(keys: readonly Revocation[]): void {
    for (const key of keys) {
      const onError = (err: unknown) =>
        this.#logger.error({ err, apiKeyId: key.id }, 'A listener for revocations threw');
      notifyEach(this.#revocationListeners, ({ listener }) => listener(key), onError);
    }
  }

  onRevoked(listener: (key: Revocation) => void): Subscription {
    // A new object each time, so that a listener that subscribes twice is called twice.
    const entry = { listener };
    this.#revocationListeners.add(entry);
    return { close: () => void this.#revocationListeners.delete(entry) };
  }

  /** How many subscriptions are open, to one instance or to all instances of a user. */
  get size(): number {
    return this.#size;
  }

  /** Yields each subscribed instance once, with the oldest version that any of its subscribers has seen. */
  *watchedInstances(): Iterable<Signal> {
    for (const [userId, instances] of this.#instanceListeners) {
      for (const [agentInstanceId, listeners] of instances) {
        let version = Number.POSITIVE_INFINITY;
        for (const { seenVersion } of listeners) version = Math.min(version, seenVersion());
        yield { userId, agentInstanceId, version };
      }
    }
  }

  /** Yields each subscription to all instances of a user. */
  *watchedUsers(): Iterable<WatchedUser> {
    for (const [userId, listeners] of this.#userListeners) {
      for (const { seen } of listeners) yield { userId, total: seen.total() };
    }
  }

  /** @param isOnlyForUnseen whether subscribers that have seen this version already are left out. */
  #deliver(signal: Signal, isOnlyForUnseen: boolean): void {
    const { userId, agentInstanceId, version } = signal;
    const instanceListeners = this.#instanceListeners.get(userId)?.get(agentInstanceId);
    const userListeners = this.#userListeners.get(userId);
    if (instanceListeners === undefined && userListeners === undefined) return;
    const onError = (err: unknown) => this.#logger.error({ err, agentInstanceId }, 'A signal listener threw');
    const notify = (listener: InstanceListener['listener'], seenVersion: () => number) => {
      if (!isOnlyForUnseen || seenVersion() < version) listener(signal);
    };
    if (instanceListeners !== undefined)
      notifyEach(instanceListeners, ({ listener, seenVersion }) => notify(listener, seenVersion), onError);
    if (userListeners !== undefined) {
      notifyEach(
        userListeners,
        ({ listener, seen }) => notify(listener, () => seen.versionOf(agentInstanceId)),
        onError,
      );
    }
  }
}

function notifyEach<Entry>(
  listeners: Set<Entry>,
  notify: (entry: Entry) => void,
  onError: (err: unknown) => void,
): void {
  // A copy, because a listener may close its subscription and open a new one: the loop would never end.
  for (const entry of [...listeners]) {
    if (!listeners.has(entry)) continue;
    try {
      notify(entry);
    } catch (err) {
      // The change is committed: an error of one listener must not reach the store or the other listeners.
      onError(err);
    }
  }
}

const warningLogger: Pick<Logger, 'error'> = {
  error: (fields, message) => {
    const cause = 'err' in fields && fields.err instanceof Error ? fields.err.stack : fields;
    process.emitWarning(message, { type: 'SignalsWarning', detail: String(cause) });
  },
};

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = make();
  map.set(key, created);
  return created;
}
