/** A request that was answered, with success or an error. */
export interface AnsweredRequest {
  readonly method: string;
  /** The path pattern of the matched route, never the path that was sent; null if no route matched. */
  readonly route: string | null;
  readonly status: number;
  readonly requestId: string;
  /** Whether the response was a stream. A stream lasts until its client disconnects. */
  readonly isStream: boolean;
  /** Epoch ms. */
  readonly startedAt: number;
  /** How long the request took, in milliseconds. */
  readonly millis: number;
  /** The trace that the request belongs to, as the caller sent it (W3C Trace Context). */
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

/** One batch of a group commit: updates that were loaded and saved together. */
export interface CommittedBatch {
  /** How many updates the batch had. */
  readonly updates: number;
  /**
   * How many of these updates are in the next batch again: they met a conflict, or were not decided yet
   * because the batch was too large or had an update with the same idempotency key.
   */
  readonly retried: number;
  /** Epoch ms. */
  readonly startedAt: number;
  /** How long the batch took, in milliseconds. */
  readonly millis: number;
}

/** Why a statement failed: a concurrent change, an unreachable database, or a defect. */
export type StorageFailure = 'conflict' | 'unavailable' | 'unexpected';

/**
 * Receives reports for the operator of the server, such as metrics and traces. Its methods are called on the
 * hot path: they must return at once, must not throw, and must not keep the objects that they get.
 */
export interface Observer {
  /** A request was answered. */
  requestAnswered(request: AnsweredRequest): void;
  /** A batch of updates has ended. */
  batchDone(batch: CommittedBatch): void;
  /** A statement failed. */
  storageFailed(failure: StorageFailure): void;
  /** The connection for signals of other processes was lost and has been renewed. */
  signalsReconnected(): void;
}
