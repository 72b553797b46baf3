import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { Signal, Subscription } from '../../ports/signals/signals.ts';
import type { Seen } from '../../ports/storage/dashboard-queries.ts';
import { viewContextFor } from '../view-context.ts';
import type { ChangeBatch } from './change-batch.ts';
import type { ChangeEvent } from './change-events.ts';
import { type UserStreamPosition, formatUserEventId } from './event-ids.ts';
import type { LiveEvent } from './live-event.ts';
import type { LivePorts } from './live-ports.ts';
import type { ObservedInstance } from './observed-instance.ts';
import type { RecentEvents } from './recent-events.ts';

/** How long events go on being kept for a stream that may come back. */
export const LINGER_MS = 60_000;

/** Active instances that are watched for silence from the beginning on. */
const WATCHED_FOR_SILENCE = 500;

const NEVER_SEEN: Seen = { version: 0, position: 0 };

/** What a `UserEvents` is given by whoever knows which instances are observed. */
export interface UserEventsOptions {
  readonly recent: RecentEvents;
  readonly observe: (id: AgentInstanceId) => ObservedInstance;
  readonly observed: () => readonly ObservedInstance[];
  readonly onEnd: () => void;
}

export interface UserObserver {
  onEvent(event: LiveEvent): void;
}

/**
 * The events of all instances of one user, in one order and numbered, as this process tells them. It begins
 * by reading how far each instance is, so the first change of any of them is told as exactly as the next.
 */
export class UserEvents {
  readonly #userId: UserId;
  readonly #ports: LivePorts;
  readonly #surroundings: UserEventsOptions;
  readonly #telling: string;
  readonly #observers = new Set<UserObserver>();
  readonly #subscription: Subscription;
  /** null until all is read. */
  #seen: Map<AgentInstanceId, Seen> | null = null;
  #total = 0;
  /** What was signalled before that. */
  readonly #early = new Map<AgentInstanceId, number>();
  #leases = 0;
  #hasEnded = false;
  #ending: NodeJS.Timeout | undefined;
  /** Resolves when everything from now on will be told; rejects where the store does not say how far it is. */
  readonly ready: Promise<void>;

  constructor(ports: LivePorts, userId: UserId, surroundings: UserEventsOptions) {
    this.#userId = userId;
    this.#ports = ports;
    this.#surroundings = surroundings;
    this.#telling = ports.ids.next().replaceAll('-', '').slice(-16);
    this.#subscription = ports.signals.subscribeAll(userId, (signal) => this.#signalled(signal), {
      of: (id) => this.seen(id)?.version ?? 0,
      total: () => this.#total,
    });
    this.ready = this.#begin();
    this.ready.catch(() => this.#end());
  }

  /** The place after everything that has been told. */
  get position(): UserStreamPosition {
    return { epoch: this.#telling, number: this.#surroundings.recent.newestNumber };
  }

  /** What was told after a place; null where that is not known any more. */
  eventsAfter({ epoch: telling, number }: UserStreamPosition): readonly LiveEvent[] | null {
    return telling === this.#telling ? this.#surroundings.recent.eventsAfter(number) : null;
  }

  /** How much of an instance has been told; null while that is not known. */
  seen(id: AgentInstanceId): Seen | null {
    return this.#seen === null ? null : (this.#seen.get(id) ?? NEVER_SEEN);
  }

  attach(observer: UserObserver): Disposable {
    this.#observers.add(observer);
    return { [Symbol.dispose]: () => void this.#observers.delete(observer) };
  }

  /** Goes on until it is closed, and a while longer. */
  retain(): Subscription {
    clearTimeout(this.#ending);
    this.#leases += 1;
    return {
      close: () => {
        this.#leases -= 1;
        if (this.#leases === 0) this.#ending = setTimeout(() => this.#end(), LINGER_MS).unref();
      },
    };
  }

  knows(id: AgentInstanceId): boolean {
    return this.#seen?.has(id) ?? false;
  }

  /** To be told of each instance that comes to be observed, once. */
  follow(observed: ObservedInstance): void {
    // Those that are observed before it has begun join then.
    if (this.#seen !== null) observed.attach({ onChanges: (batch) => this.#tell(observed.id, batch) });
  }

  async #begin(): Promise<void> {
    const { queries } = this.#ports;
    const view = viewContextFor(this.#ports, this.#userId);
    const [progress, active] = await Promise.all([
      queries.progress(this.#userId),
      queries.listInstances(this.#userId, {
        ...view,
        limit: WATCHED_FOR_SILENCE,
        after: null,
        status: 'ACTIVE',
        agentType: null,
      }),
    ]);
    const seen = new Map(progress);
    for (const observed of this.#surroundings.observed()) {
      // What streams of single instances have been told of is told.
      if (observed.seen !== null) seen.set(observed.id, observed.seen);
      else observed.startFromProgress(seen.get(observed.id) ?? NEVER_SEEN);
    }
    this.#seen = seen;
    for (const { version } of seen.values()) this.#total += version;
    for (const observed of this.#surroundings.observed()) this.follow(observed);
    for (const overview of active?.instances ?? []) {
      if (seen.has(overview.instance.id)) {
        this.#surroundings.observe(overview.instance.id).startFromSnapshot(overview, null);
      }
    }
    for (const [id, version] of this.#early) this.#look(id, version);
    this.#early.clear();
  }

  #signalled({ agentInstanceId: id, version }: Signal): void {
    if (this.#seen === null) this.#early.set(id, Math.max(version, this.#early.get(id) ?? 0));
    else this.#look(id, version);
  }

  #look(id: AgentInstanceId, version: number): void {
    if (version > (this.seen(id)?.version ?? 0)) this.#surroundings.observe(id).catchUpTo(version);
  }

  #tell(id: AgentInstanceId, { to, changeEvents: happenings }: ChangeBatch): void {
    this.#total += to.version - (this.seen(id)?.version ?? 0);
    this.#seen?.set(id, to);
    for (const happening of happenings) {
      const { recent } = this.#surroundings;
      const number = recent.newestNumber + 1;
      const event: LiveEvent = {
        id: formatUserEventId({ epoch: this.#telling, number }),
        type: happening.type,
        data: dataForAll(happening),
      };
      recent.add(event);
      for (const observer of [...this.#observers]) observer.onEvent(event);
    }
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#subscription.close();
    this.#surroundings.recent.clear();
    this.#surroundings.onEnd();
  }
}

/** A diff is up to a megabyte, and only who looks at that instance wants it: they read it. */
function dataForAll({ type, data }: ChangeEvent): object {
  if (type !== 'git_diff_update') return data;
  const { agent_instance_id } = data as { agent_instance_id: string };
  return { agent_instance_id };
}
