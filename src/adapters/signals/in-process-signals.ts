import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { Logger } from '../../ports/runtime.ts';
import type { Revoked } from '../../ports/signals/revocations.ts';
import type { SeenVersions, Signal, Subscription } from '../../ports/signals/signals.ts';
import type { StoreSignals } from '../../ports/signals/store-signals.ts';
import type { WatchedUser } from '../../ports/storage/versions.ts';

interface Listening {
  readonly listener: (signal: Signal) => void;
  readonly seenVersion: () => number;
}

interface ListeningToAll {
  readonly listener: (signal: Signal) => void;
  readonly seen: SeenVersions;
}

interface HearingRevocations {
  readonly listener: (key: Revoked) => void;
}

/** Within one process: enough for the in-memory and the embedded store, which have only one. */
export class InProcessSignals implements StoreSignals {
  readonly databaseNotification = null;
  readonly #users = new Map<UserId, Map<AgentInstanceId, Set<Listening>>>();
  readonly #toAll = new Map<UserId, Set<ListeningToAll>>();
  readonly #hearingRevocations = new Set<HearingRevocations>();
  readonly #logger: Pick<Logger, 'error'>;
  #size = 0;

  /** @param logger told of listeners that throw; without one they become Node's process warnings. */
  constructor(logger: Pick<Logger, 'error'> = processWarnings) {
    this.#logger = logger;
  }

  publish(signals: readonly Signal[]): void {
    if (this.#size === 0) return;
    for (const signal of signals) this.#deliver(signal, false);
  }

  /** Publishes to those only who have not seen these versions yet: for what a sweep found. */
  publishUnseen(current: readonly Signal[]): void {
    for (const signal of current) this.#deliver(signal, true);
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

  subscribeAll(userId: UserId, listener: (signal: Signal) => void, seen: SeenVersions): Subscription {
    const listening = getOrAdd(this.#toAll, userId, () => new Set<ListeningToAll>());
    const entry = { listener, seen };
    listening.add(entry);
    this.#size += 1;
    return {
      close: () => {
        if (!listening.delete(entry)) return;
        this.#size -= 1;
        if (listening.size === 0) this.#toAll.delete(userId);
      },
    };
  }

  publishRevoked(keys: readonly Revoked[]): void {
    for (const key of keys) {
      const failed = (err: unknown) =>
        this.#logger.error({ err, apiKeyId: key.id }, 'A listener for revocations threw');
      tellEach(this.#hearingRevocations, ({ listener }) => listener(key), failed);
    }
  }

  onRevoked(listener: (key: Revoked) => void): Subscription {
    // An entry of its own, because a function that listens twice is two listeners.
    const entry = { listener };
    this.#hearingRevocations.add(entry);
    return { close: () => void this.#hearingRevocations.delete(entry) };
  }

  /** How many subscriptions are open, to one instance or to all of a user's. */
  get size(): number {
    return this.#size;
  }

  /** Each instance that is listened for, once, with the oldest version that any listener has seen. */
  *watched(): Iterable<Signal> {
    for (const [userId, instances] of this.#users) {
      for (const [agentInstanceId, listening] of instances) {
        let version = Number.POSITIVE_INFINITY;
        for (const { seenVersion } of listening) version = Math.min(version, seenVersion());
        yield { userId, agentInstanceId, version };
      }
    }
  }

  /** Each subscription to all instances of a user. */
  *watchedUsers(): Iterable<WatchedUser> {
    for (const [userId, listening] of this.#toAll) {
      for (const { seen } of listening) yield { userId, total: seen.total() };
    }
  }

  #deliver(signal: Signal, onlyUnseen: boolean): void {
    const { userId, agentInstanceId, version } = signal;
    const toOne = this.#users.get(userId)?.get(agentInstanceId);
    const toAll = this.#toAll.get(userId);
    if (toOne === undefined && toAll === undefined) return;
    const failed = (err: unknown) => this.#logger.error({ err, agentInstanceId }, 'A signal listener threw');
    const tell = (listener: Listening['listener'], seen: () => number) => {
      if (!onlyUnseen || seen() < version) listener(signal);
    };
    if (toOne !== undefined)
      tellEach(toOne, ({ listener, seenVersion }) => tell(listener, seenVersion), failed);
    if (toAll !== undefined) {
      tellEach(toAll, ({ listener, seen }) => tell(listener, () => seen.of(agentInstanceId)), failed);
    }
  }
}

function tellEach<Entry>(
  listening: Set<Entry>,
  tell: (entry: Entry) => void,
  failed: (err: unknown) => void,
): void {
  // A copy, because listeners open and close subscriptions: one that renews its own would never end.
  for (const entry of [...listening]) {
    if (!listening.has(entry)) continue;
    try {
      tell(entry);
    } catch (err) {
      // The publisher is a store that has committed: a listener's fault is neither its nor its neighbours'.
      failed(err);
    }
  }
}

const processWarnings: Pick<Logger, 'error'> = {
  error: (fields, message) => {
    const cause = 'err' in fields && fields.err instanceof Error ? fields.err.stack : fields;
    process.emitWarning(message, { type: 'SignalsWarning', detail: String(cause) });
  },
};

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const present = map.get(key);
  if (present !== undefined) return present;
  const made = make();
  map.set(key, made);
  return made;
}
