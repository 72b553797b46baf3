import { agentInstanceNotFound } from '../../domain/errors.ts';
import { agentInstanceId, type UserId } from '../../domain/ids.ts';
import type { WaitedInstance } from '../../ports/storage/shared-waits.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import { requireScope } from '../dispatch/dispatch.ts';
import { notAllowedForLimitedKey } from '../errors.ts';
import { parseInstanceEventId, parseUserEventId } from './events/event-ids.ts';
import type { EventSink, LiveStream } from './events/live-event.ts';
import { EventMemory, RecentEvents } from './events/recent-events.ts';
import { InstanceStream } from './instance-stream.ts';
import { KeepAlive } from './keep-alive.ts';
import type { LivePorts } from './observers/live-ports.ts';
import { ObservedUser } from './observers/observed-user.ts';
import { WaitsElsewherePoller } from './observers/waits-elsewhere.ts';
import { UserStream } from './user-stream.ts';

/**
 * The end of a wait is published after this delay, so that an agent that waits again at once still counts as
 * waiting.
 */
const WAIT_GRACE_MS = 1_000;

export interface StreamRequest {
  readonly caller: Caller;
  /** The id of the last event that the client has; null or empty: the stream begins now. */
  readonly lastEventId: string | null;
}

/** A request for the stream of one instance. */
export interface InstanceStreamRequest extends StreamRequest {
  /** The id as the client sent it, not checked yet. */
  readonly agentInstanceId: string;
}

/**
 * Opens the live streams of this process. While nothing changes, nothing is read. Each change is read once
 * and each event is made once, for any number of streams.
 */
export class LiveFeed {
  readonly #ports: LivePorts;
  readonly #shuttingDown: AbortSignal;
  readonly #users = new Map<UserId, ObservedUser>();
  readonly #memory = new EventMemory();
  readonly #keepAlive: KeepAlive;
  readonly #waitsElsewhere: WaitsElsewherePoller | null;
  #openStreamCount = 0;

  /**
   * @param shuttingDown aborted when the process is about to stop. All streams then end, and new ones end at
   * once.
   */
  constructor(ports: LivePorts, shuttingDown: AbortSignal) {
    this.#ports = ports;
    this.#shuttingDown = shuttingDown;
    this.#keepAlive = new KeepAlive(ports.keepAliveIntervalMs);
    const {
      readWaitsElsewhere: read = null,
      waitsElsewhereIntervalMs: intervalMillis,
      logger = null,
    } = ports;
    const users = () => this.#users.keys();
    const onRead = (waits: readonly WaitedInstance[]) => this.#setWaitsElsewhere(waits);
    this.#waitsElsewhere =
      read === null
        ? null
        : new WaitsElsewherePoller({
            read,
            users,
            onRead,
            logger,
            ...(intervalMillis && { intervalMillis }),
          });
    ports.waits.onChange((wait) => this.#onWaitsChanged(wait));
  }

  /** How many streams are open now. */
  get openStreamCount(): number {
    return this.#openStreamCount;
  }

  /**
   * Opens a stream of one instance.
   * @throws RequestError `insufficient_scope`, `invalid_last_event_id`
   * @throws DomainError `invalid_id`, `agent_instance_not_found`
   */
  async openInstanceStream({ caller, lastEventId, ...request }: InstanceStreamRequest): Promise<LiveStream> {
    const { userId } = caller;
    requireScope(['dashboard'], caller);
    const id = agentInstanceId(request.agentInstanceId);
    if (caller.agentInstanceId != null && caller.agentInstanceId !== id) throw notAllowedForLimitedKey();
    const seen = lastEventId ? parseInstanceEventId(lastEventId) : null;
    const handle = this.#observedUser(userId).observeInstance(id);
    let stream: InstanceStream | null = null;
    try {
      const keepAlive = this.#keepAlive;
      stream = await InstanceStream.open({ ports: this.#ports, userId, handle, keepAlive, seen });
    } finally {
      if (stream === null) handle.close();
    }
    if (stream === null) throw agentInstanceNotFound();
    return this.#endWithTokenOrProcess(stream, caller);
  }

  /**
   * Opens a stream of all instances of the caller.
   * @throws RequestError `insufficient_scope`, `invalid_last_event_id`
   */
  async openUserStream({ caller, lastEventId }: StreamRequest): Promise<LiveStream> {
    requireScope(['dashboard'], caller);
    if (caller.agentInstanceId != null) throw notAllowedForLimitedKey();
    const resumeAfter = lastEventId ? parseUserEventId(lastEventId) : null;
    const events = this.#observedUser(caller.userId).observeAll(() => new RecentEvents(this.#memory));
    const stream = new UserStream(events, this.#keepAlive, resumeAfter);
    try {
      await events.ready;
    } catch (error) {
      stream.cancel();
      throw error;
    }
    return this.#endWithTokenOrProcess(stream, caller);
  }

  /**
   * Wraps a stream so that it ends when the token of its caller expires or is revoked, and when the process
   * stops.
   */
  #endWithTokenOrProcess(stream: LiveStream, { life }: Caller): LiveStream {
    return {
      cancel: () => stream.cancel(),
      pipeTo: async (sink: EventSink) => {
        const closeSink = () => sink.close();
        if (this.#shuttingDown.aborted) closeSink();
        this.#shuttingDown.addEventListener('abort', closeSink);
        const tokenEndSubscription = life?.onEnd(closeSink);
        this.#openStreamCount += 1;
        try {
          await stream.pipeTo(sink);
        } finally {
          this.#openStreamCount -= 1;
          tokenEndSubscription?.close();
          this.#shuttingDown.removeEventListener('abort', closeSink);
          closeSink();
        }
      },
    };
  }

  #observedUser(userId: UserId): ObservedUser {
    const existing = this.#users.get(userId);
    if (existing !== undefined) return existing;
    const user = new ObservedUser(this.#ports, userId, () => this.#users.delete(userId));
    this.#users.set(userId, user);
    this.#waitsElsewhere?.start();
    return user;
  }

  #setWaitsElsewhere(waits: readonly WaitedInstance[]): void {
    const waitsByUser = Map.groupBy(waits, ({ userId }) => userId);
    for (const [userId, user] of this.#users) {
      user.setWaitsElsewhere(new Set(waitsByUser.get(userId)?.map(({ agentInstanceId }) => agentInstanceId)));
    }
  }

  #onWaitsChanged({ userId, agentInstanceId: id }: WaitedInstance): void {
    const publish = () => this.#users.get(userId)?.onWaitsChanged(id);
    if (!this.#users.has(userId)) return;
    if (this.#ports.waits.instancesOf(userId).has(id)) publish();
    else setTimeout(publish, WAIT_GRACE_MS).unref();
  }
}
