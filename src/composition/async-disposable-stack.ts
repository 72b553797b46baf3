/**
 * Node 22 does not have the language's own class of this name yet. This one has the methods that the server
 * uses.
 */
export class AsyncDisposableStack implements AsyncDisposable {
  #disposals: (() => unknown)[] = [];

  use<Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource {
    this.defer(() =>
      Symbol.asyncDispose in resource ? resource[Symbol.asyncDispose]() : resource[Symbol.dispose](),
    );
    return resource;
  }

  defer(dispose: () => unknown): void {
    this.#disposals.push(dispose);
  }

  /** Moves everything to a new stack. This one is empty afterwards. */
  move(): AsyncDisposableStack {
    const moved = new AsyncDisposableStack();
    moved.#disposals = this.#disposals;
    this.#disposals = [];
    return moved;
  }

  /**
   * Disposes of everything in reverse order. Continues after a failure.
   * @throws the first error of a disposal.
   */
  async disposeAsync(): Promise<void> {
    const failures: unknown[] = [];
    for (let dispose = this.#disposals.pop(); dispose !== undefined; dispose = this.#disposals.pop()) {
      try {
        await dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync();
  }
}
