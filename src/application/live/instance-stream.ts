import { agentInstanceNotFound } from '../../domain/errors.ts';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { ChangesSince, Seen } from '../../ports/storage/dashboard-queries.ts';
import { viewContextFor } from '../view-context.ts';
import { ChangeBatch } from './change-batch.ts';
import { changeEventsFor, messageChangeEvent } from './change-events.ts';
import { formatInstanceEventId } from './event-ids.ts';
import type { KeepAlive } from './keep-alive.ts';
import {
  connectedEvent,
  type EventSink,
  type LiveEvent,
  type LiveStream,
  resyncEvent,
} from './live-event.ts';
import type { LivePorts } from './live-ports.ts';
import { type ObservedInstance, PAGE_SIZE } from './observed-instance.ts';
import type { InstanceHandle } from './observed-user.ts';

/** A place after everything: what is read from there is the instance as it is now, and nothing of its past. */
const FROM_NOW: Seen = { position: 2_000_000_000, version: 2_000_000_000 };

export interface InstanceStreamOptions {
  readonly ports: LivePorts;
  readonly userId: UserId;
  readonly lease: InstanceHandle<ObservedInstance>;
  readonly heartbeat: KeepAlive;
  /** What the client has; null: it begins now. */
  readonly seen: Seen | null;
}

/** What is told to one client of one instance. */
export class InstanceStream implements LiveStream {
  readonly #ports: LivePorts;
  readonly #userId: UserId;
  readonly #lease: InstanceHandle<ObservedInstance>;
  readonly #heartbeat: KeepAlive;
  readonly #isResumed: boolean;
  /** What the client has been sent, and the id of the last event of it. */
  #seen: Seen;
  #lastId = '';
  /** What it begins with; let go of as soon as it is sent. */
  #first: ChangesSince | null;

  private constructor({ ports, userId, lease, heartbeat, seen }: InstanceStreamOptions, first: ChangesSince) {
    this.#ports = ports;
    this.#userId = userId;
    this.#lease = lease;
    this.#heartbeat = heartbeat;
    this.#first = first;
    this.#isResumed = seen !== null;
    this.#seen = seen ?? endOf(first);
  }

  /** Null where there is no such instance, or its owner has deleted it. */
  static async open(options: InstanceStreamOptions): Promise<InstanceStream | null> {
    const { ports, userId, lease, seen } = options;
    const page = await read(ports, userId, lease.instance.id, seen ?? FROM_NOW);
    if (page === null || page.instance.status === 'DELETED') return null;
    // What it shows of the instance is whole, even where there are more messages than it has.
    lease.instance.startFromSnapshot(page, page.openQuestions);
    return new InstanceStream(options, page);
  }

  async pipeTo(sink: EventSink): Promise<void> {
    using _held = { [Symbol.dispose]: () => this.cancel() };
    const first = this.#first!;
    this.#first = null;
    const end = endOf(first);
    const isAhead = this.#seen.position > end.position || this.#seen.version > end.version;
    // It has seen what the store does not know: a backup was restored, or the id is of another instance.
    if (isAhead) this.#seen = end;
    this.#tell(connectedEvent(formatInstanceEventId(this.#seen)), sink);
    if (isAhead) this.#tell(resyncEvent(formatInstanceEventId(this.#seen)), sink);
    using _beating = this.#heartbeat.add(sink, () => this.#lastId);
    using _attached = await this.#join(this.#isResumed ? first : null, sink);
    await sink.closed;
  }

  cancel(): void {
    this.#lease.close();
  }

  /**
   * Sends what the client lacks, no faster than it takes it in, then the current state; until it has all that
   * others have been told, and is told together with them from then on: in the same turn, or what they are
   * told in between would be missing.
   */
  async #join(first: ChangesSince | null, sink: EventSink): Promise<Disposable | null> {
    let isWhole = first === null;
    for (let page = first; !sink.isClosed; page = null) {
      if (page === null) {
        if (isWhole && !this.#isBehind()) return this.#attach(sink);
        page = await read(this.#ports, this.#userId, this.#lease.instance.id, this.#seen);
        if (page === null) throw agentInstanceNotFound();
      }
      const from = this.#seen;
      const position = Math.max(from.position, page.posted.at(-1)?.position ?? 0);
      isWhole = position >= page.instance.lastPosition;
      for (const event of this.#take(isWhole ? this.#rest(from, page) : part(from, page, position))) {
        this.#tell(event, sink);
        await sink.drained();
      }
    }
    return null;
  }

  #attach(sink: EventSink): Disposable {
    const tell = (batch: ChangeBatch) => {
      for (const event of this.#take(batch)) this.#tell(event, sink);
    };
    return this.#lease.instance.attach({ onChanges: tell });
  }

  #isBehind(): boolean {
    const told = this.#lease.instance.seen;
    return told !== null && told.version > this.#seen.version;
  }

  #rest(from: Seen, page: ChangesSince): ChangeBatch {
    const { silentSince } = viewContextFor(this.#ports, this.#userId);
    const told = new Set([...page.posted, ...page.amended].map(({ id }) => id));
    const questions = page.openQuestions
      .filter(({ id }) => !told.has(id))
      .map((question) => messageChangeEvent('message_update', question, page));
    const happenings = [...questions, ...changeEventsFor(page, { seen: from, lastPublished: null, silentSince })];
    return new ChangeBatch(from, endOf(page), happenings);
  }

  /** The events of a batch that are news to the client. */
  #take(batch: ChangeBatch): readonly LiveEvent[] {
    const events = [...batch.eventsAfter(this.#seen)];
    this.#seen = {
      position: Math.max(batch.to.position, this.#seen.position),
      version: Math.max(batch.to.version, this.#seen.version),
    };
    return events;
  }

  #tell(event: LiveEvent, sink: EventSink): void {
    this.#lastId = event.id;
    sink.send(event);
  }
}

const endOf = ({ instance: { version, lastPosition: position } }: ChangesSince): Seen => ({
  version,
  position,
});

/** Messages alone: what has changed beside them comes with the last page. */
function part(from: Seen, page: ChangesSince, position: number): ChangeBatch {
  const posted = page.posted.map((message) => messageChangeEvent('message', message, page));
  return new ChangeBatch(from, { version: from.version, position }, posted);
}

const read = (
  ports: LivePorts,
  userId: UserId,
  id: AgentInstanceId,
  seen: Seen,
): Promise<ChangesSince | null> =>
  ports.queries.changesSince(userId, id, seen, {
    waitingHere: ports.waits.of(userId),
    limit: seen === FROM_NOW ? 0 : PAGE_SIZE,
    withOpenQuestions: true,
  });
