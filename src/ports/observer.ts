/** A request that has been answered, well or not. */
export interface AnsweredRequest {
  readonly method: string;
  /** The path in the table of what answered, never the one that was sent; null where nothing did. */
  readonly route: string | null;
  readonly status: number;
  readonly requestId: string;
  /** Whether the answer was a stream, which lasts as long as its client likes. */
  readonly isStream: boolean;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly millis: number;
  /** The trace that the caller's own work belongs to, as it was sent (W3C Trace Context). */
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

/** Updates that one round trip has loaded and one has saved. */
export interface CommittedBatch {
  readonly updates: number;
  /** Of these, how many met a conflict, or came too late for this round, and go with the next. */
  readonly again: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly millis: number;
}

/** What a statement failed with: a concurrent change, a database that is away, or something that is a defect. */
export type StorageFailure = 'conflict' | 'unavailable' | 'unexpected';

/**
 * Told of what has happened, for whoever runs the server to see. It is called on the hot path: it must not
 * throw, wait, or keep what it is given.
 */
export interface Observer {
  requestAnswered(request: AnsweredRequest): void;
  batchDone(batch: CommittedBatch): void;
  storageFailed(failure: StorageFailure): void;
  /** The connection that brings signals of other processes was lost and is there again. */
  signalsReconnected(): void;
}
