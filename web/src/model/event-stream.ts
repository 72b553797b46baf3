/** One event as the text of a Server-Sent Events stream tells it. */
export interface RawEvent {
  readonly name: string;
  readonly data: string;
}

/**
 * Cuts the text of an event stream into events, whatever pieces it arrives in. Remembers the last id:
 * a stream that is opened again resumes after it.
 */
export class EventStreamParser {
  lastEventId: string | null = null;
  #rest = '';
  #id: string | null = null;
  #name = '';
  #data: string[] = [];

  /** @returns the events that this piece completes */
  push(piece: string): RawEvent[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line) ?? []);
  }

  #line(line: string): RawEvent | null {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    // A line that begins with a colon is a comment: it keeps the connection alive.
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }

  #dispatch(): RawEvent | null {
    // Not before the event is complete: cut off in its middle, it has to be sent again.
    this.lastEventId = this.#id;
    const event = { name: this.#name || 'message', data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#name = '';
    this.#data = [];
    return isEmpty ? null : event;
  }
}
