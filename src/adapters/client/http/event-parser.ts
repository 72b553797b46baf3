/** One event as the text of a Server-Sent Events stream tells it. */
export interface ParsedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Cuts the text of an event stream into whole events, in whatever pieces it arrives. */
export class EventParser {
  #rest = '';
  #id = '';
  #type = '';
  #data: string[] = [];

  /** @returns the events that this piece completes. */
  push(piece: string): ParsedEvent[] {
    // A CR at the end may be half of a line's end.
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop()!;
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): ParsedEvent[] {
    if (line === '') return this.#complete();
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
    if (field === 'id') this.#id = value;
    else if (field === 'event') this.#type = value;
    else if (field === 'data') this.#data.push(value);
    return [];
  }

  #complete(): ParsedEvent[] {
    const event = { id: this.#id, type: this.#type || 'message', data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#type = '';
    this.#data = [];
    return isEmpty ? [] : [event];
  }
}
