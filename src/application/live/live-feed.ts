import { agentInstanceNotFound } from '../../domain/errors.ts';
import { agentInstanceId, type UserId } from '../../domain/ids.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import { requireScope } from '../dispatch/dispatch.ts';
import { outsideOfKey } from '../errors.ts';
import type { WaitedInstance } from '../waiting/open-waits.ts';
import { parseUserEventId, parseInstanceEventId } from './event-ids.ts';
import { InstanceStream } from './instance-stream.ts';
import { KeepAlive } from './keep-alive.ts';
import type { EventSink, LiveStream } from './live-event.ts';
import type { LivePorts } from './live-ports.ts';
import { ObservedUser } from './observed-user.ts';
import { EventMemory, RecentEvents } from './recent-events.ts';
import { UserStream } from './user-stream.ts';
import { WaitsElsewherePoller } from './waits-elsewhere.ts';

/** An agent that asks again at once has not stopped waiting. */
const WAIT_GRACE_MS = 1_000;

export interface StreamRequest {
  readonly caller: Caller;
  /** The id of the last event that the client has; null or empty: it begins now. */
  readonly lastEventId: string | null;
}

/** One instance's stream: its id as the client has sent it. */
export interface InstanceStreamRequest extends StreamRequest {
  readonly agentInstanceId: string;
}

/**
 * What people see while it happens, for all streams of this process. Nothing is read while nothing happens;
 * a change is read once, and each event is made once, however many streams it goes to.
 */
export class LiveFeed {
  readonly #ports: LivePorts;
  readonly #stopping: AbortSignal;
  readonly #users = new Map<UserId, ObservedUser>();
  readonly #memory = new EventMemory();
  readonly #heartbeat: KeepAlive;
  readonly #waitsElsewhere: WaitsElsewherePoller | null;
  #openStreams = 0;

  /** @param stopping aborted when the process is about to stop: streams then end, and no more begin. */
  constructor(ports: LivePorts, stopping: AbortSignal) {
    this.#ports = ports;
    this.#stopping = stopping;
    this.#heartbeat = new KeepAlive(ports.keepAliveMillis);
    const { waitsElsewhere: read = null, waitsElsewhereMillis: everyMillis, logger = null } = ports;
    const users = () => this.#users.keys();
    const tell = (waits: readonly WaitedInstance[]) => this.#tellWaitsElsewhere(waits);
    this.#waitsElsewhere =
      read === null
        ? null
        : new WaitsElsewherePoller({ read, users, tell, logger, ...(everyMillis && { everyMillis }) });
    ports.waits.onChange((wait) => this.#waitsChanged(wait));
  }

  /** Streams that flow at this moment. */
  get openStreams(): number {
    return this.#openStreams;
  }

  /**
   * @throws RequestError `insufficient_scope`, `invalid_last_event_id`
   * @throws DomainError `invalid_id`, `agent_instance_not_found`
   */
  async ofInstance({ caller, lastEventId, ...request }: InstanceStreamRequest): Promise<LiveStream> {
    const { userId } = caller;
    requireScope(['dashboard'], caller);
    const id = agentInstanceId(request.agentInstanceId);
    if (caller.agentInstanceId != null && caller.agentInstanceId !== id) throw outsideOfKey();
    const seen = lastEventId ? parseInstanceEventId(lastEventId) : null;
    const lease = this.#user(userId).observeInstance(id);
    let stream: InstanceStream | null = null;
    try {
      const heartbeat = this.#heartbeat;
      stream = await InstanceStream.open({ ports: this.#ports, userId, lease, heartbeat, seen });
    } finally {
      if (stream === null) lease.close();
    }
    if (stream === null) throw agentInstanceNotFound();
    return this.#bounded(stream, caller);
  }

  /** @throws RequestError `insufficient_scope`, `invalid_last_event_id` */
  async ofAll({ caller, lastEventId }: StreamRequest): Promise<LiveStream> {
    requireScope(['dashboard'], caller);
    if (caller.agentInstanceId != null) throw outsideOfKey();
    const after = lastEventId ? parseUserEventId(lastEventId) : null;
    const events = this.#user(caller.userId).observeAll(() => new RecentEvents(this.#memory));
    const stream = new UserStream(events, this.#heartbeat, after);
    try {
      await events.ready;
    } catch (error) {
      stream.cancel();
      throw error;
    }
    return this.#bounded(stream, caller);
  }

  /** A stream ends with its token, and with the process. */
  #bounded(stream: LiveStream, { life }: Caller): LiveStream {
    return {
      cancel: () => stream.cancel(),
      pipeTo: async (sink: EventSink) => {
        const end = () => sink.close();
        if (this.#stopping.aborted) end();
        this.#stopping.addEventListener('abort', end);
        const living = life?.onEnd(end);
        this.#openStreams += 1;
        try {
          await stream.pipeTo(sink);
        } finally {
          this.#openStreams -= 1;
          living?.close();
          this.#stopping.removeEventListener('abort', end);
          sink.close();
        }
      },
    };
  }

  #user(userId: UserId): ObservedUser {
    const present = this.#users.get(userId);
    if (present !== undefined) return present;
    const user = new ObservedUser(this.#ports, userId, () => this.#users.delete(userId));
    this.#users.set(userId, user);
    this.#waitsElsewhere?.watch();
    return user;
  }

  #tellWaitsElsewhere(waits: readonly WaitedInstance[]): void {
    const ofUsers = Map.groupBy(waits, ({ userId }) => userId);
    for (const [userId, user] of this.#users) {
      user.setWaitsElsewhere(new Set(ofUsers.get(userId)?.map(({ agentInstanceId }) => agentInstanceId)));
    }
  }

  #waitsChanged({ userId, agentInstanceId: id }: WaitedInstance): void {
    const tell = () => this.#users.get(userId)?.onWaitsChanged(id);
    if (!this.#users.has(userId)) return;
    if (this.#ports.waits.of(userId).has(id)) tell();
    else setTimeout(tell, WAIT_GRACE_MS).unref();
  }
}
