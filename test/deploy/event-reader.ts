/** Reads one stream of events with `fetch`, as the page does. The stream closes at the end of the scope. */
export class EventReader implements Disposable {
  readonly #abortController: AbortController;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #receivedText = '';

  private constructor(abortController: AbortController, body: ReadableStream<Uint8Array>) {
    this.#abortController = abortController;
    this.#chunks = body[Symbol.asyncIterator]();
  }

  static async open(url: string, token: string): Promise<EventReader> {
    const abortController = new AbortController();
    const { status, body } = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: abortController.signal,
    });
    if (status !== 200 || body === null) throw new Error(`The stream was answered ${status}`);
    const reader = new EventReader(abortController, body);
    await reader.#readUntil((text) => text.includes('event: connected'));
    return reader;
  }

  /**
   * Resolves when a message with this text arrives.
   * @throws Error if the stream ends before that message arrives
   */
  async message(content: string): Promise<void> {
    await this.#readUntil((text) => text.includes(`"content":${JSON.stringify(content)}`));
  }

  [Symbol.dispose](): void {
    this.#abortController.abort();
  }

  async #readUntil(hasArrived: (text: string) => boolean): Promise<void> {
    while (!hasArrived(this.#receivedText)) {
      const { value, done } = await this.#chunks.next();
      if (done) throw new Error(`the stream has ended after: ${this.#receivedText.slice(-500)}`);
      this.#receivedText += this.#decoder.decode(value, { stream: true });
    }
  }
}
