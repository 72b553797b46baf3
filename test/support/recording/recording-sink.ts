import type { EventSink, LiveEvent } from '../../../src/application/live/events/live-event.ts';

/** An event sink that records every event. `stall` makes it behave like a client that does not read. */
export class RecordingSink implements EventSink {
  readonly events: LiveEvent[] = [];
  readonly #closed = Promise.withResolvers<void>();
  /** Wake the calls of `waitForEvent`. */
  readonly #wakeFunctions = new Set<() => void>();
  #stalled: PromiseWithResolvers<void> | null = null;
  #isClosed = false;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get whenClosed(): Promise<void> {
    return this.#closed.promise;
  }

  get lastId(): string {
    return this.events.at(-1)!.id;
  }

  send(event: LiveEvent): void {
    if (this.#isClosed) return;
    this.events.push(event);
    for (const wake of [...this.#wakeFunctions]) wake();
  }

  whenDrained(): Promise<void> {
    return this.#stalled === null
      ? Promise.resolve()
      : Promise.race([this.#stalled.promise, this.whenClosed]);
  }

  /** From now on the sink counts as full, until `resume` is called. */
  stall(): void {
    this.#stalled = Promise.withResolvers();
  }

  resume(): void {
    this.#stalled?.resolve();
    this.#stalled = null;
  }

  close(): void {
    this.#isClosed = true;
    this.#closed.resolve();
  }

  /** Returns a text for each event so far: its type, and the content or status if it has one. */
  eventTexts(): string[] {
    return this.events.map(({ type, data }) => {
      const { content, status } = data as { content?: string; status?: string };
      return [type, content ?? status].filter((part) => part !== undefined).join(' ');
    });
  }

  /**
   * Waits for the first event with this text, and returns its data.
   * @param after how many events are skipped at the beginning
   */
  // biome-ignore lint/suspicious/noExplicitAny: the fields depend on the type of the event
  async waitForEvent(text: string | RegExp, after = 0): Promise<any> {
    const matches = (eventText: string) =>
      typeof text === 'string' ? eventText === text : text.test(eventText);
    for (;;) {
      const index = this.eventTexts().findIndex((eventText, nth) => nth >= after && matches(eventText));
      if (index >= 0) return this.events[index]!.data;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#wakeFunctions.delete(wake);
          resolve();
        };
        this.#wakeFunctions.add(wake);
      });
    }
  }
}
