import type { EventSink, LiveEvent } from '../../../src/application/live/events/live-event.ts';

/** An event sink that accepts everything until it is told to stall. */
export class RecordingSink implements EventSink {
  readonly events: LiveEvent[] = [];
  readonly #closed = Promise.withResolvers<void>();
  readonly #readers = new Set<() => void>();
  #stalled: PromiseWithResolvers<void> | null = null;
  #isClosed = false;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  get lastId(): string {
    return this.events.at(-1)!.id;
  }

  send(event: LiveEvent): void {
    if (this.#isClosed) return;
    this.events.push(event);
    for (const tell of [...this.#readers]) tell();
  }

  drained(): Promise<void> {
    return this.#stalled === null ? Promise.resolve() : Promise.race([this.#stalled.promise, this.closed]);
  }

  /** Accepts no more events until it resumes. */
  stall(): void {
    this.#stalled = Promise.withResolvers();
  }

  goOn(): void {
    this.#stalled?.resolve();
    this.#stalled = null;
  }

  close(): void {
    this.#isClosed = true;
    this.#closed.resolve();
  }

  /** All events so far as text: the type, and the content of messages. */
  told(): string[] {
    return this.events.map(({ type, data }) => {
      const { content, status } = data as { content?: string; status?: string };
      return [type, content ?? status].filter((part) => part !== undefined).join(' ');
    });
  }

  /** Waits for the first event with this text, and returns its data. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever a test expects there
  async until(text: string | RegExp, after = 0): Promise<any> {
    const matches = (told: string) => (typeof text === 'string' ? told === text : text.test(told));
    for (;;) {
      const at = this.told().findIndex((told, nth) => nth >= after && matches(told));
      if (at >= 0) return this.events[at]!.data;
      await new Promise<void>((resolve) => {
        const tell = () => {
          this.#readers.delete(tell);
          resolve();
        };
        this.#readers.add(tell);
      });
    }
  }
}
