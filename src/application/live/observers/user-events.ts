import type { AgentInstanceId, UserId } from '../../../domain/ids.ts';
import type { Signal, Subscription } from '../../../ports/signals/signals.ts';
import type { InstanceOverview, InstanceProgress } from '../../../ports/storage/dashboard-queries.ts';
import { viewContextFor } from '../../view-context.ts';
import type { ChangeBatch } from '../events/change-batch.ts';
import type { ChangeEvent } from '../events/change-events.ts';
import { formatUserEventId, type UserStreamPosition } from '../events/event-ids.ts';
import type { LiveEvent } from '../events/live-event.ts';
import type { RecentEvents } from '../events/recent-events.ts';
import type { LivePorts } from './live-ports.ts';
import type { ObservedInstance } from './observed-instance.ts';
import { NOTHING_SEEN, SeenInstances } from './seen-instances.ts';

/** How long the events of a user are kept after the last stream has closed, for a client that reconnects. */
export const LINGER_MS = 60_000;

/**
 * How many active instances are watched for silence from the start. Others are watched after their first
 * change.
 */
const MAX_WATCHED_FOR_SILENCE = 500;

export interface UserEventsOptions {
  readonly recentEvents: RecentEvents;
  /** Returns the observed instance with that id, and starts to observe it if necessary. */
  readonly observeInstance: (id: AgentInstanceId) => ObservedInstance;
  /** Returns all instances that are observed now. */
  readonly observedInstances: () => readonly ObservedInstance[];
  readonly onEnd: () => void;
}

export interface UserSubscriber {
  onEvent(event: LiveEvent): void;
}

/**
 * Publishes the events of all instances of one user, in one order and numbered. It starts by reading the
 * version and the last position of each instance, so that already the first event of an instance reports
 * exactly what has changed.
 */
export class UserEvents {
  readonly #userId: UserId;
  readonly #ports: LivePorts;
  readonly #options: UserEventsOptions;
  readonly #epoch: string;
  readonly #subscribers = new Set<UserSubscriber>();
  readonly #subscription: Subscription;
  readonly #seen = new SeenInstances();
  /** The versions that were signalled before the start was complete. */
  readonly #earlySignals = new Map<AgentInstanceId, number>();
  /** How many subscriptions of `retain` are open. */
  #retainCount = 0;
  #hasEnded = false;
  #lingerTimer: NodeJS.Timeout | undefined;
  /** Resolves when the start is complete: every later change is published. Rejects if the store fails. */
  readonly ready: Promise<void>;

  constructor(ports: LivePorts, userId: UserId, options: UserEventsOptions) {
    this.#userId = userId;
    this.#ports = ports;
    this.#options = options;
    // 62 of the last 64 bits of a UUIDv7 are random.
    this.#epoch = ports.ids.next().replaceAll('-', '').slice(-16);
    this.#subscription = ports.signals.subscribeAll(userId, (signal) => this.#onSignal(signal), this.#seen);
    this.ready = this.#start();
    this.ready.catch(() => this.#end());
  }

  /** The position after the newest event. */
  get position(): UserStreamPosition {
    return { epoch: this.#epoch, number: this.#options.recentEvents.newestNumber };
  }

  /** Returns the events after a position; null if not all of them are in memory. */
  eventsAfter({ epoch, number }: UserStreamPosition): readonly LiveEvent[] | null {
    return epoch === this.#epoch ? this.#options.recentEvents.eventsAfter(number) : null;
  }

  /** Returns how much of an instance has been published; null before the start is complete. */
  progressOf(id: AgentInstanceId): InstanceProgress | null {
    return this.#seen.get(id);
  }

  /** Whether the user has this instance. False before the start is complete. */
  hasInstance(id: AgentInstanceId): boolean {
    return this.#seen.has(id);
  }

  /** Sends the subscriber every event from now on. */
  attach(subscriber: UserSubscriber): Disposable {
    this.#subscribers.add(subscriber);
    return { [Symbol.dispose]: () => void this.#subscribers.delete(subscriber) };
  }

  /** Keeps the events until all subscriptions that it has returned are closed, and `LINGER_MS` longer. */
  retain(): Subscription {
    clearTimeout(this.#lingerTimer);
    this.#retainCount += 1;
    return {
      close: () => {
        this.#retainCount -= 1;
        if (this.#retainCount === 0) this.#lingerTimer = setTimeout(() => this.#end(), LINGER_MS).unref();
      },
    };
  }

  /**
   * Publishes the changes of an instance from now on. Call it once for each instance that becomes observed.
   */
  follow(observed: ObservedInstance): void {
    // `#followObserved` follows the instances that were observed before the start.
    if (!this.#seen.isStarted) return;
    observed.attach({ onChanges: (batch) => this.#publish(observed.id, batch) });
  }

  async #start(): Promise<void> {
    const { queries } = this.#ports;
    const [progress, active] = await Promise.all([
      queries.progress(this.#userId),
      queries.listInstances(this.#userId, {
        ...viewContextFor(this.#ports, this.#userId),
        limit: MAX_WATCHED_FOR_SILENCE,
        after: null,
        status: 'ACTIVE',
        agentType: null,
      }),
    ]);
    this.#followObserved(progress);
    this.#watchForSilence(active?.instances ?? []);
    for (const [id, version] of this.#earlySignals) this.#catchUp(id, version);
    this.#earlySignals.clear();
  }

  /** Takes over the instances that streams of single instances observe already. */
  #followObserved(progress: ReadonlyMap<AgentInstanceId, InstanceProgress>): void {
    const seenByInstance = new Map(progress);
    const observedInstances = this.#options.observedInstances();
    for (const observed of observedInstances) {
      // What was sent to those streams counts as published here too.
      if (observed.seen !== null) seenByInstance.set(observed.id, observed.seen);
      else observed.startFromProgress(seenByInstance.get(observed.id) ?? NOTHING_SEEN);
    }
    this.#seen.start(seenByInstance);
    for (const observed of observedInstances) this.follow(observed);
  }

  #watchForSilence(active: readonly InstanceOverview[]): void {
    for (const overview of active) {
      const { id } = overview.instance;
      // An instance that was created after `progress` was read announces itself by its signal.
      if (this.#seen.has(id)) this.#options.observeInstance(id).startFromSnapshot(overview, null);
    }
  }

  #onSignal({ agentInstanceId: id, version }: Signal): void {
    if (this.#seen.isStarted) this.#catchUp(id, version);
    else this.#earlySignals.set(id, Math.max(version, this.#earlySignals.get(id) ?? 0));
  }

  #catchUp(id: AgentInstanceId, version: number): void {
    if (version > this.#seen.versionOf(id)) this.#options.observeInstance(id).catchUpTo(version);
  }

  #publish(id: AgentInstanceId, { progressAfter, changeEvents }: ChangeBatch): void {
    this.#seen.set(id, progressAfter);
    const { recentEvents } = this.#options;
    for (const changeEvent of changeEvents) {
      const position = { epoch: this.#epoch, number: recentEvents.newestNumber + 1 };
      const data = dataForUserStream(changeEvent);
      const event = { id: formatUserEventId(position), type: changeEvent.type, data };
      recentEvents.add(event);
      for (const subscriber of [...this.#subscribers]) subscriber.onEvent(event);
    }
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#subscription.close();
    this.#options.recentEvents.clear();
    this.#options.onEnd();
  }
}

/**
 * Returns the data of an event without a git diff, which may have a megabyte. A client that shows the
 * instance reads the diff separately.
 */
function dataForUserStream({ type, data }: ChangeEvent): object {
  if (type !== 'git_diff_update') return data;
  const { agent_instance_id } = data as { agent_instance_id: string };
  return { agent_instance_id };
}
