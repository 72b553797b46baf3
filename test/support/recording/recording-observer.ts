import type {
  AnsweredRequest,
  CommittedBatch,
  Observer,
  StorageFailure,
} from '../../../src/ports/observer.ts';

/** Records everything that is reported to it. */
export class RecordingObserver implements Observer {
  readonly requests: AnsweredRequest[] = [];
  readonly batches: CommittedBatch[] = [];
  readonly failures: StorageFailure[] = [];
  reconnects = 0;
  readonly #onRequest: (request: AnsweredRequest) => void;

  constructor(onRequest: (request: AnsweredRequest) => void = () => {}) {
    this.#onRequest = onRequest;
  }

  requestAnswered(request: AnsweredRequest): void {
    this.requests.push(request);
    this.#onRequest(request);
  }

  batchDone(batch: CommittedBatch): void {
    this.batches.push(batch);
  }

  storageFailed(failure: StorageFailure): void {
    this.failures.push(failure);
  }

  signalsReconnected(): void {
    this.reconnects += 1;
  }
}
