/** Reads one stream of events with `fetch`, as the page does. The stream closes at the end of the scope. */
export class EventReader implements Disposable {
  readonly #gone: AbortController;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  private constructor(gone: AbortController, body: ReadableStream<Uint8Array>) {
    this.#gone = gone;
    this.#chunks = body[Symbol.asyncIterator]();
  }

  static async open(url: string, token: string): Promise<EventReader> {
    const gone = new AbortController();
    const { status, body } = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: gone.signal,
    });
    if (status !== 200 || body === null) throw new Error(`The stream was answered ${status}`);
    const reader = new EventReader(gone, body);
    await reader.#until((text) => text.includes('event: connected'));
    return reader;
  }

  /**
   * Resolves when a message with this text arrives.
   * @throws Error if the stream ends before.
   */
  async message(content: string): Promise<void> {
    await this.#until((text) => text.includes(`"content":${JSON.stringify(content)}`));
  }

  [Symbol.dispose](): void {
    this.#gone.abort();
  }

  async #until(isThere: (text: string) => boolean): Promise<void> {
    while (!isThere(this.#text)) {
      const { value, done } = await this.#chunks.next();
      if (done) throw new Error(`the stream has ended after: ${this.#text.slice(-500)}`);
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }
}
