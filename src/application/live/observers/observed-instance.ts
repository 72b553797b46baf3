import { lastSignOfLife } from '../../../domain/conversation/liveness.ts';
import type { Message } from '../../../domain/conversation/message.ts';
import type { AgentInstanceId, UserId } from '../../../domain/ids.ts';
import type {
  ChangesSince,
  InstanceOverview,
  InstanceProgress,
} from '../../../ports/storage/dashboard-queries.ts';
import { viewContextFor } from '../../view-context.ts';
import { ChangeBatch } from '../events/change-batch.ts';
import { deliveryChangeEvent, messageChangeEvent } from '../events/change-events.ts';
import type { NotifiedMessage } from './delivery-updates.ts';
import type { LivePorts } from './live-ports.ts';
import { PublishedInstance } from './published-instance.ts';

/** How many new messages one read returns at most. Each message may have a megabyte. */
export const PAGE_SIZE = 50;

const RETRY_MS = 1_000;
/**
 * The longest delay that `setTimeout` accepts; a timer with a longer one fires at once. A timer that fires
 * too early publishes no event and is set again.
 */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface InstanceSubscriber {
  onChanges(batch: ChangeBatch): void;
}

/**
 * Publishes the changes of one instance to any number of subscribers. It reads once per change; changes that
 * come during a read share one further read. Changes without a new version (an agent falls silent, or starts
 * or stops waiting) are published from memory, without a read.
 */
export class ObservedInstance {
  readonly userId: UserId;
  readonly id: AgentInstanceId;
  readonly #ports: LivePorts;
  readonly #subscribers = new Set<InstanceSubscriber>();
  readonly #published = new PublishedInstance();
  #seen: InstanceProgress | null;
  /** Whether agents wait in other processes, as far as this process knows. */
  #isWaitedOnElsewhere = false;
  /** The newest version that was signalled since the last read began. */
  #signalledVersion = 0;
  /**
   * Requests a read even without a new version: agents have started or stopped waiting, or a read has failed.
   */
  #isReadRequested = false;
  #isReading = false;
  /** What became of notifications, in the order in which it was read, and is not published yet. */
  #unpublishedDeliveries: NotifiedMessage[] = [];
  #isClosed = false;
  #staleTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;

  /** @param seen how much was already published to subscribers; null if that is not known yet. */
  constructor(ports: LivePorts, userId: UserId, id: AgentInstanceId, seen: InstanceProgress | null) {
    this.#ports = ports;
    this.userId = userId;
    this.id = id;
    this.#seen = seen;
  }

  /** How much has been published; null before the start. */
  get seen(): InstanceProgress | null {
    return this.#seen;
  }

  /** Whether the instance was found in the store. */
  get exists(): boolean {
    return this.#seen !== null && this.#seen.version > 0;
  }

  /** Sends the subscriber everything that is published from now on. */
  attach(subscriber: InstanceSubscriber): Disposable {
    this.#subscribers.add(subscriber);
    return { [Symbol.dispose]: () => void this.#subscribers.delete(subscriber) };
  }

  /** Starts from a version and a position, unless it was started before. */
  startFromProgress(seen: InstanceProgress): void {
    this.#seen ??= seen;
    this.#readIfBehind();
  }

  /**
   * Starts from what a stream or a list has just read, unless it was started before.
   * @param openQuestions null if they were not read.
   */
  startFromSnapshot(overview: InstanceOverview, openQuestions: readonly Message[] | null): void {
    const { version, lastPosition: position } = overview.instance;
    this.#seen ??= { version, position };
    if (this.#published.overview === null) {
      this.#isWaitedOnElsewhere = overview.agentWaiting && !this.#isWaitedOnHere();
      if (version === this.#seen.version) {
        this.#published.initialise(overview, openQuestions, this.#staleBefore());
        this.#scheduleStaleUpdate();
      }
    }
    this.catchUpTo(version);
  }

  /** Reads the instance, unless this version was published already. */
  catchUpTo(version: number): void {
    this.#signalledVersion = Math.max(this.#signalledVersion, version);
    this.#readIfBehind();
  }

  /** Call it when an agent starts or stops waiting in this process. */
  onWaitsChanged(): void {
    if (this.#seen === null) return;
    if (this.#published.overview !== null && this.#published.areOpenQuestionsKnown) {
      this.#publishFromMemory();
    } else {
      this.#isReadRequested = true;
      this.#readIfBehind();
    }
  }

  /** Call it with whether agents wait on this instance in other processes. */
  setWaitedOnElsewhere(isWaitedOn: boolean): void {
    if (isWaitedOn === this.#isWaitedOnElsewhere) return;
    this.#isWaitedOnElsewhere = isWaitedOn;
    this.onWaitsChanged();
  }

  /**
   * Publishes what became of the notifications of a message. If a read is running, it comes after what that
   * publishes, which may be the message itself.
   */
  publishDeliveries(message: NotifiedMessage): void {
    this.#unpublishedDeliveries.push(message);
    if (!this.#isReading) this.#publishUnpublishedDeliveries();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#staleTimer);
    clearTimeout(this.#retryTimer);
  }

  #readIfBehind(): void {
    if (this.#seen === null || this.#isReading || this.#isClosed) return;
    if (this.#isReadRequested || this.#signalledVersion > this.#seen.version) void this.#read(this.#seen);
  }

  async #read(progressBefore: InstanceProgress): Promise<void> {
    this.#isReading = true;
    clearTimeout(this.#retryTimer);
    const waitsMayHaveChanged = this.#isReadRequested;
    // This read covers all signals so far. Forget them, even a version that the store never shows (a commit
    // that was lost in a failover): it would cause reads for ever. Later signals cause another read.
    this.#isReadRequested = false;
    this.#signalledVersion = 0;
    try {
      await this.#readAndPublish(progressBefore, waitsMayHaveChanged);
    } catch (err) {
      this.#isReadRequested = true;
      this.#ports.logger?.warn({ err, agentInstanceId: this.id }, 'Could not read changes for live streams');
      if (!this.#isClosed) this.#retryTimer = setTimeout(() => this.#readIfBehind(), RETRY_MS).unref();
      return;
    } finally {
      this.#isReading = false;
    }
    this.#readIfBehind();
    if (!this.#isReading) this.#publishUnpublishedDeliveries();
  }

  async #readAndPublish(progressBefore: InstanceProgress, waitsMayHaveChanged: boolean): Promise<void> {
    const { waitingHere } = viewContextFor(this.#ports, this.userId);
    const isWaitedOnHere = waitingHere.has(this.id);
    const changes = await this.#ports.queries.changesSince(this.userId, this.id, progressBefore, {
      waitingHere,
      limit: PAGE_SIZE,
      withOpenQuestions: !this.#published.areOpenQuestionsKnown,
    });
    if (changes === null || this.#isClosed) return;
    const lastReadPosition = changes.posted.at(-1)?.position ?? progressBefore.position;
    if (lastReadPosition < changes.instance.lastPosition && changes.posted.length > 0) {
      const progressAfter = this.#publishMessages(progressBefore, changes, lastReadPosition);
      return this.#readAndPublish(progressAfter, waitsMayHaveChanged);
    }
    // While an agent waits here, `agentWaiting` is true in any case, and says nothing about other processes.
    if (!isWaitedOnHere) this.#isWaitedOnElsewhere = changes.agentWaiting;
    this.#publishChanges(progressBefore, changes, waitsMayHaveChanged);
  }

  /**
   * Publishes the new messages of a page that is not the last one. All other changes follow with the last
   * page.
   */
  #publishMessages(
    progressBefore: InstanceProgress,
    changes: ChangesSince,
    position: number,
  ): InstanceProgress {
    const progressAfter = { position, version: progressBefore.version };
    const posted = changes.posted.map((message) => messageChangeEvent('message', message, changes));
    this.#publish(new ChangeBatch(progressBefore, progressAfter, posted));
    return progressAfter;
  }

  #publishChanges(
    progressBefore: InstanceProgress,
    changesRead: ChangesSince,
    waitsMayHaveChanged: boolean,
  ): void {
    const { version, lastPosition: position } = changesRead.instance;
    // A store that has lost commits may be behind what was published. The published version and position
    // never go back.
    const progressAfter = {
      version: Math.max(version, progressBefore.version),
      position: Math.max(position, progressBefore.position),
    };
    const changes = { ...changesRead, agentWaiting: this.#isWaitedOn() };
    const context = { staleBefore: this.#staleBefore(), waitsMayHaveChanged };
    const events = this.#published.applyChanges(changes, progressBefore, context);
    this.#scheduleStaleUpdate();
    this.#publish(new ChangeBatch(progressBefore, progressAfter, events));
  }

  /** Publishes what has changed without a new version: the status after silence, and whether agents wait. */
  #publishFromMemory(): void {
    const { overview } = this.#published;
    if (overview === null || this.#seen === null || this.#isClosed) return;
    const currentOverview = { ...overview, agentWaiting: this.#isWaitedOn() };
    const events = this.#published.applyLiveness(currentOverview, this.#seen, this.#staleBefore());
    this.#scheduleStaleUpdate();
    this.#publish(new ChangeBatch(this.#seen, this.#seen, events));
  }

  #publishUnpublishedDeliveries(): void {
    const events = this.#unpublishedDeliveries.map(deliveryChangeEvent);
    this.#unpublishedDeliveries = [];
    if (events.length === 0 || this.#seen === null || this.#isClosed) return;
    this.#publish(new ChangeBatch(this.#seen, this.#seen, events));
  }

  #publish(batch: ChangeBatch): void {
    this.#seen = batch.progressAfter;
    for (const subscriber of [...this.#subscribers]) subscriber.onChanges(batch);
  }

  /** Sets the timer for the moment at which an active instance becomes stale. */
  #scheduleStaleUpdate(): void {
    clearTimeout(this.#staleTimer);
    const { overview, shown } = this.#published;
    if (overview === null || shown?.status !== 'ACTIVE' || overview.agentWaiting || this.#isClosed) return;
    const { clock, settings } = this.#ports;
    // One millisecond more, because only a sign of life before `staleBefore` makes an instance stale.
    const staleAt = lastSignOfLife(overview.instance).getTime() + settings.staleAfterSeconds * 1000 + 1;
    const delay = Math.min(staleAt - clock.now().getTime(), MAX_TIMER_MS);
    this.#staleTimer = setTimeout(() => this.#publishFromMemory(), delay).unref();
  }

  #isWaitedOn(): boolean {
    return this.#isWaitedOnElsewhere || this.#isWaitedOnHere();
  }

  #isWaitedOnHere(): boolean {
    return this.#ports.waits.instancesOf(this.userId).has(this.id);
  }

  #staleBefore(): Date {
    return viewContextFor(this.#ports, this.userId).staleBefore;
  }
}
