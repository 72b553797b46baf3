/** The names under which things that happen go out. */
export type LiveEventType =
  | 'connected'
  | 'message'
  | 'message_update'
  | 'status_update'
  | 'git_diff_update'
  | 'agent_heartbeat'
  | 'heartbeat'
  | 'resync';

/** One event of a stream. It is one object for all streams that it goes to, so a transport serialises it once. */
export interface LiveEvent {
  /** Where a stream goes on that is opened with it. */
  readonly id: string;
  readonly type: LiveEventType;
  readonly data: object;
}

/** Where a stream's events go: one client, fast or slow. */
export interface EventSink {
  /** Never waits. A client that takes nothing in any more is given up instead, and resumes by the id it has. */
  send(event: LiveEvent): void;
  /** Resolves when the client has taken in nearly all that was sent, or is gone. */
  drained(): Promise<void>;
  /** Ends the stream. Idempotent. */
  close(): void;
  readonly isClosed: boolean;
  /** Resolves when the client is gone, or the stream was ended. */
  readonly closed: Promise<void>;
}

/** A stream that may be had: whoever asked is entitled to it, and what it is about exists. */
export interface LiveStream {
  /** Sends what was missed and then whatever happens. Resolves when the sink is closed. */
  pipeTo(sink: EventSink): Promise<void>;
  /** Lets go of it without having read from it. */
  cancel(): void;
}

const NOTHING = {};

export const connectedEvent = (id: string): LiveEvent => ({ id, type: 'connected', data: NOTHING });
export const keepAliveEvent = (id: string): LiveEvent => ({ id, type: 'heartbeat', data: NOTHING });
export const resyncEvent = (id: string): LiveEvent => ({ id, type: 'resync', data: NOTHING });
