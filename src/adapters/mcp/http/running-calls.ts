import type { MethodHandler } from '../protocol/method-handler.ts';
import type { ServerFeatures } from '../protocol/server-features.ts';

/** Counts the running calls, so that a stopping server can let them finish. */
export class RunningCalls {
  /** The given features, with handlers that count their running calls. */
  readonly features: ServerFeatures;
  #runningCount = 0;
  #onIdle: (() => void) | null = null;

  constructor(features: ServerFeatures) {
    this.features = {
      ...features,
      methods: this.#countAll(features.methods),
      taskMethods: this.#countAll(features.taskMethods),
    };
  }

  /**
   * Resolves when no call is running any more, or after `graceMs`. If calls were running, it waits up to 50
   * ms longer, so that their last responses can be sent.
   */
  async drain(graceMs: number): Promise<void> {
    if (this.#runningCount === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, graceMs);
    this.#onIdle = resolve;
    await promise;
    clearTimeout(timer);
    await new Promise((resolveDelay) => setTimeout(resolveDelay, Math.min(50, graceMs)));
  }

  #countAll<Name>(methods: ReadonlyMap<Name, MethodHandler>): ReadonlyMap<Name, MethodHandler> {
    return new Map([...methods].map(([name, handler]) => [name, this.#countCalls(handler)]));
  }

  #countCalls(handler: MethodHandler): MethodHandler {
    return async (params, call) => {
      this.#runningCount += 1;
      try {
        return await handler(params, call);
      } finally {
        this.#runningCount -= 1;
        if (this.#runningCount === 0) this.#onIdle?.();
      }
    };
  }
}
