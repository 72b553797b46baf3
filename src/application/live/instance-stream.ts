import { agentInstanceNotFound } from '../../domain/errors.ts';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { ChangesSince, InstanceProgress } from '../../ports/storage/dashboard-queries.ts';
import { viewContextFor } from '../view-context.ts';
import { ChangeBatch } from './events/change-batch.ts';
import { changeEventsFor, messageChangeEvent } from './events/change-events.ts';
import { formatInstanceEventId } from './events/event-ids.ts';
import {
  connectedEvent,
  type EventSink,
  type LiveEvent,
  type LiveStream,
  resyncEvent,
} from './events/live-event.ts';
import type { KeepAlive } from './keep-alive.ts';
import type { LivePorts } from './observers/live-ports.ts';
import { PAGE_SIZE } from './observers/observed-instance.ts';
import type { InstanceHandle } from './observers/observed-user.ts';

/** Beyond any real version and position. A read from this point returns the current state and no history. */
const AFTER_ALL_HISTORY: InstanceProgress = { position: 2_000_000_000, version: 2_000_000_000 };

export interface InstanceStreamOptions {
  readonly ports: LivePorts;
  readonly userId: UserId;
  readonly handle: InstanceHandle;
  readonly keepAlive: KeepAlive;
  /** What the client has seen; null for a stream that begins now. */
  readonly seen: InstanceProgress | null;
}

/** One client's stream of one instance. */
export class InstanceStream implements LiveStream {
  readonly #ports: LivePorts;
  readonly #userId: UserId;
  readonly #handle: InstanceHandle;
  readonly #keepAlive: KeepAlive;
  readonly #isResumed: boolean;
  /** How much has been sent to the client. */
  #seen: InstanceProgress;
  /** The id of the event that was sent last. */
  #lastEventId = '';
  /** The page that was read when the stream was opened; null once it is used, so that it can be freed. */
  #firstPage: ChangesSince | null;

  private constructor(
    { ports, userId, handle, keepAlive, seen }: InstanceStreamOptions,
    firstPage: ChangesSince,
  ) {
    this.#ports = ports;
    this.#userId = userId;
    this.#handle = handle;
    this.#keepAlive = keepAlive;
    this.#firstPage = firstPage;
    this.#isResumed = seen !== null;
    this.#seen = seen ?? progressOf(firstPage);
  }

  /** Opens a stream. Returns null if the instance does not exist or was deleted. */
  static async open(options: InstanceStreamOptions): Promise<InstanceStream | null> {
    const { ports, userId, handle, seen } = options;
    const page = await readChanges(ports, userId, handle.instance.id, seen ?? AFTER_ALL_HISTORY);
    if (page === null || page.instance.status === 'DELETED') return null;
    // The page may lack messages, but its overview and its open questions are complete.
    handle.instance.startFromSnapshot(page, page.openQuestions);
    return new InstanceStream(options, page);
  }

  async pipeTo(sink: EventSink): Promise<void> {
    using _handle = { [Symbol.dispose]: () => this.cancel() };
    const firstPage = this.#firstPage!;
    this.#firstPage = null;
    const currentProgress = progressOf(firstPage);
    const isAhead =
      this.#seen.position > currentProgress.position || this.#seen.version > currentProgress.version;
    // The client's event id is ahead of the store: a backup was restored, or the id is of another instance.
    if (isAhead) this.#seen = currentProgress;
    this.#send(connectedEvent(formatInstanceEventId(this.#seen)), sink);
    if (isAhead) this.#send(resyncEvent(formatInstanceEventId(this.#seen)), sink);
    using _keepAlive = this.#keepAlive.add(sink, () => this.#lastEventId);
    using _attached = await this.#catchUp(this.#isResumed ? firstPage : null, sink);
    await sink.whenClosed;
  }

  cancel(): void {
    this.#handle.close();
  }

  /**
   * Sends what the client has missed and then the current state, only as fast as the client reads. It repeats
   * this until the client has everything that was published. Then it subscribes the stream to new events, in
   * the same turn of the event loop as the last check, so that no event is lost in between.
   * @param firstPage the page that was read when the stream was opened; null: the client has missed nothing
   * so far.
   */
  async #catchUp(firstPage: ChangesSince | null, sink: EventSink): Promise<Disposable | null> {
    let isComplete = firstPage === null;
    // The first page was read when the stream was opened. Each later page is read in the loop.
    for (let page = firstPage; !sink.isClosed; page = null) {
      if (page === null) {
        if (isComplete && !this.#isBehind()) return this.#attach(sink);
        page = await readChanges(this.#ports, this.#userId, this.#handle.instance.id, this.#seen);
        if (page === null) throw agentInstanceNotFound();
      }
      const seenBefore = this.#seen;
      const position = Math.max(seenBefore.position, page.posted.at(-1)?.position ?? 0);
      isComplete = position >= page.instance.lastPosition;
      const batch = isComplete
        ? this.#lastPageBatch(seenBefore, page)
        : messageBatch(seenBefore, page, position);
      for (const event of this.#takeNewEvents(batch)) {
        this.#send(event, sink);
        await sink.whenDrained();
      }
    }
    return null;
  }

  #attach(sink: EventSink): Disposable {
    const onChanges = (batch: ChangeBatch) => {
      for (const event of this.#takeNewEvents(batch)) this.#send(event, sink);
    };
    return this.#handle.instance.attach({ onChanges });
  }

  #isBehind(): boolean {
    const published = this.#handle.instance.seen;
    return published !== null && published.version > this.#seen.version;
  }

  /** The batch of the last page: all that has changed, every open question, and the status. */
  #lastPageBatch(seenBefore: InstanceProgress, page: ChangesSince): ChangeBatch {
    const { staleBefore } = viewContextFor(this.#ports, this.#userId);
    const changedIds = new Set([...page.posted, ...page.amended].map(({ id }) => id));
    const questions = page.openQuestions
      .filter(({ id }) => !changedIds.has(id))
      .map((question) => messageChangeEvent('message_update', question, page));
    const changes = changeEventsFor(page, { seen: seenBefore, lastPublished: null, staleBefore });
    return new ChangeBatch(seenBefore, progressOf(page), [...questions, ...changes]);
  }

  /** Returns the events of a batch that are new to the client, and counts them as seen. */
  #takeNewEvents(batch: ChangeBatch): readonly LiveEvent[] {
    const events = [...batch.eventsAfter(this.#seen)];
    this.#seen = {
      position: Math.max(batch.progressAfter.position, this.#seen.position),
      version: Math.max(batch.progressAfter.version, this.#seen.version),
    };
    return events;
  }

  #send(event: LiveEvent, sink: EventSink): void {
    this.#lastEventId = event.id;
    sink.send(event);
  }
}

const progressOf = ({ instance: { version, lastPosition: position } }: ChangesSince): InstanceProgress => ({
  version,
  position,
});

/** The batch of a page that is not the last one: new messages only. Other changes come with the last page. */
function messageBatch(seenBefore: InstanceProgress, page: ChangesSince, position: number): ChangeBatch {
  const posted = page.posted.map((message) => messageChangeEvent('message', message, page));
  return new ChangeBatch(seenBefore, { version: seenBefore.version, position }, posted);
}

const readChanges = (
  ports: LivePorts,
  userId: UserId,
  id: AgentInstanceId,
  seen: InstanceProgress,
): Promise<ChangesSince | null> =>
  ports.queries.changesSince(userId, id, seen, {
    waitingHere: ports.waits.instancesOf(userId),
    limit: seen === AFTER_ALL_HISTORY ? 0 : PAGE_SIZE,
    withOpenQuestions: true,
  });
