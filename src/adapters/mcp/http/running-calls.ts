import type { MethodHandler, MethodName, ServerFeatures } from '../protocol/server-features.ts';

/** Counts the running calls, so that a stopping server can let them finish. */
export class RunningCalls {
  /** The given features; each call of them is counted. */
  readonly features: ServerFeatures;
  #running = 0;
  #onIdle: (() => void) | null = null;

  constructor(features: ServerFeatures) {
    const methods = [...features.methods].map(([name, handler]): [MethodName, MethodHandler] => [
      name,
      this.#countCalls(handler),
    ]);
    this.features = { ...features, methods: new Map(methods) };
  }

  /**
   * Resolves when no call is running any more, but after `graceMs` at the latest. If it had to wait, it then
   * gives the last answers up to 50 ms to leave.
   */
  async drain(graceMs: number): Promise<void> {
    if (this.#running === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, graceMs);
    this.#onIdle = resolve;
    await promise;
    clearTimeout(timer);
    await new Promise((sent) => setTimeout(sent, Math.min(50, graceMs)));
  }

  #countCalls(handler: MethodHandler): MethodHandler {
    return async (params, call) => {
      this.#running += 1;
      try {
        return await handler(params, call);
      } finally {
        this.#running -= 1;
        if (this.#running === 0) this.#onIdle?.();
      }
    };
  }
}
