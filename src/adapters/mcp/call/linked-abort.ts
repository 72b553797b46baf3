/**
 * Its `signal` is aborted as soon as one of the given signals is aborted. Dispose it when the call ends, to
 * remove its listeners. `AbortSignal.any` keeps its listeners, which costs about 10 KB for each finished
 * call.
 */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #sources: readonly AbortSignal[];
  readonly #abort = (): void => this.#controller.abort();

  constructor(signals: readonly (AbortSignal | null)[]) {
    this.#sources = signals.filter((signal) => signal !== null);
    for (const source of this.#sources) {
      if (source.aborted) this.#abort();
      else source.addEventListener('abort', this.#abort);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const source of this.#sources) source.removeEventListener('abort', this.#abort);
  }
}
