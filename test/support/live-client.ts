import { type ClientRequest, get, type IncomingMessage } from 'node:http';

/** A parsed event of the stream. */
export interface ReadEvent {
  readonly id: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: the fields depend on the type of the event
  readonly data: any;
}

/** A client of one event stream. It can pause reading. The stream closes at the end of the scope. */
export class LiveClient implements Disposable {
  readonly events: ReadEvent[] = [];
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Resolves when the stream has ended for any reason. */
  readonly whenEnded: Promise<void>;
  readonly #request: ClientRequest;
  readonly #response: IncomingMessage;
  readonly #readers = new Set<() => void>();
  #unparsedText = '';
  #hasEnded = false;

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request;
    this.#response = response;
    this.status = response.statusCode!;
    this.headers = response.headers;
    response.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    // Node reports a cut stream as an error. These tests treat it as a normal end of the stream.
    response.on('error', () => {});
    this.whenEnded = new Promise((resolve) =>
      response.once('close', () => {
        this.#hasEnded = true;
        this.#wakeReaders();
        resolve();
      }),
    );
  }

  /** @param token the bearer token; null if `headers` identify the caller. */
  static open(
    url: string,
    token: string | null,
    headers: { readonly [name: string]: string } = {},
  ): Promise<LiveClient> {
    return new Promise((resolve, reject) => {
      const bearer = token === null ? {} : { authorization: `Bearer ${token}` };
      const request = get(url, { agent: false, headers: { ...bearer, ...headers } });
      request.once('response', (response) => resolve(new LiveClient(request, response)));
      request.on('error', reject);
    });
  }

  get lastId(): string {
    return this.events.at(-1)?.id ?? '';
  }

  /** Returns the data of all events of a type so far. */
  dataOfType(type: string): ReadEvent['data'][] {
    return this.events.filter((waitForEvent) => waitForEvent.type === type).map(({ data }) => data);
  }

  /**
   * Waits for the first event that `matches`.
   * @throws Error if the stream ends before that event arrives.
   */
  async event(matches: (event: ReadEvent) => boolean): Promise<ReadEvent> {
    for (;;) {
      const found = this.events.find(matches);
      if (found !== undefined) return found;
      if (this.#hasEnded) throw new Error(`ended after ${JSON.stringify(this.events.slice(-3))}`);
      await new Promise<void>((resolve) => this.#readers.add(resolve));
    }
  }

  waitForMessage(content: string): Promise<ReadEvent> {
    return this.event(({ type, data }) => type === 'message' && data.content === content);
  }

  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  [Symbol.dispose](): void {
    this.#request.destroy();
  }

  #read(text: string): void {
    const blocks = (this.#unparsedText + text).split('\n\n');
    this.#unparsedText = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
      this.events.push({
        id: fields.get('id') ?? '',
        type: fields.get('event') ?? '',
        data: JSON.parse(fields.get('data') ?? 'null'),
      });
    }
    this.#wakeReaders();
  }

  #wakeReaders(): void {
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const wake of readers) wake();
  }
}
