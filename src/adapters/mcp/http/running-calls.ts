import type { Method, MethodName, ServerFeatures } from '../protocol/server-features.ts';

/** Knows which calls are being answered, so that a stop need not cut them off. */
export class RunningCalls {
  /** The same, with every call counted. */
  readonly features: ServerFeatures;
  #running = 0;
  #settled: (() => void) | null = null;

  constructor(features: ServerFeatures) {
    const methods = [...features.methods].map(([name, method]): [MethodName, Method] => [
      name,
      this.#counted(method),
    ]);
    this.features = { ...features, methods: new Map(methods) };
  }

  /** Resolves when no call is running any more and the answers had a moment to go out; at most `graceMs`. */
  async settle(graceMs: number): Promise<void> {
    if (this.#running === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, graceMs);
    this.#settled = resolve;
    await promise;
    clearTimeout(timer);
    await new Promise((sent) => setTimeout(sent, Math.min(50, graceMs)));
  }

  #counted(method: Method): Method {
    return async (params, call) => {
      this.#running += 1;
      try {
        return await method(params, call);
      } finally {
        this.#running -= 1;
        if (this.#running === 0) this.#settled?.();
      }
    };
  }
}
