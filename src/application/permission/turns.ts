/**
 * Lets calls that ask the same take turns. The server takes a question with the text of an open one for the
 * same question, so one yes would allow two calls.
 */
export class Turns<Result> {
  readonly #running = new Map<string, { readonly use: string | null; readonly result: Promise<Result> }>();

  /**
   * Runs `work` when no other call runs that asks the same.
   * @param use names what the call is for; null if its client did not say. A call for the same use as the
   * running one gets its result: the client has given up waiting, and has called again.
   */
  async take(question: string, use: string | null, work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      const running = this.#running.get(question);
      if (running === undefined) break;
      const [outcome] = await Promise.allSettled([running.result]);
      if (use !== null && use === running.use && outcome.status === 'fulfilled') return outcome.value;
    }
    const result = work();
    this.#running.set(question, { use, result });
    try {
      return await result;
    } finally {
      this.#running.delete(question);
    }
  }
}
