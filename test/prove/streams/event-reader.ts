/** Parses Server-Sent Events from text that arrives in pieces. */
export class EventReader {
  readonly #onEvent: (id: string, type: string, data: string) => void;
  #rest = '';

  constructor(onEvent: (id: string, type: string, data: string) => void) {
    this.#onEvent = onEvent;
  }

  read(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    // An incomplete event does not count, and neither does its id.
    this.#rest = blocks.pop()!;
    for (const block of blocks) {
      const [id = '', type = '', data = ''] = block
        .split('\n')
        .map((line) => line.slice(line.indexOf(':') + 2));
      this.#onEvent(id, type, data);
    }
  }
}
