/**
 * The event names of live streams. `delivery_update`: a notification of a message was planned, delivered,
 * opened or taken back, or it failed. `agent_heartbeat`: an agent has reported that it is alive. `heartbeat`:
 * the server keeps a silent stream open. `resync`: events are missing, so the client has to read everything
 * again.
 */
export type LiveEventType =
  | 'connected'
  | 'message'
  | 'message_update'
  | 'delivery_update'
  | 'status_update'
  | 'git_diff_update'
  | 'agent_heartbeat'
  | 'heartbeat'
  | 'resync';

/** One event of a stream. All streams get the same object, so a transport can serialise it once. */
export interface LiveEvent {
  /** A stream that is opened with this id continues after this event. */
  readonly id: string;
  readonly type: LiveEventType;
  readonly data: object;
}

/** The receiver of a stream's events: one client. */
export interface EventSink {
  /**
   * Sends an event without waiting. A sink closes itself if its client stops reading; the client can then
   * resume.
   */
  send(event: LiveEvent): void;
  /** Resolves when the client has read nearly everything that was sent, or has disconnected. */
  whenDrained(): Promise<void>;
  /** Ends the stream. Idempotent. */
  close(): void;
  readonly isClosed: boolean;
  /** Resolves when the client has disconnected or the stream was closed. */
  readonly whenClosed: Promise<void>;
}

/** An opened stream. Its caller was checked, and the instance exists. */
export interface LiveStream {
  /** Sends the missed events, then each new event as it comes. Resolves when the sink is closed. */
  pipeTo(sink: EventSink): Promise<void>;
  /** Releases a stream that will not be piped. */
  cancel(): void;
}

const NO_DATA = {};

export const connectedEvent = (id: string): LiveEvent => ({ id, type: 'connected', data: NO_DATA });
export const keepAliveEvent = (id: string): LiveEvent => ({ id, type: 'heartbeat', data: NO_DATA });
export const resyncEvent = (id: string): LiveEvent => ({ id, type: 'resync', data: NO_DATA });
