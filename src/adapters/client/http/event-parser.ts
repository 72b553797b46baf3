/** One event of a Server-Sent Events stream. */
export interface ParsedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Parses the text of a Server-Sent Events stream, which may arrive in pieces of any size. */
export class EventParser {
  #incompleteLine = '';
  #id = '';
  #type = '';
  #data: string[] = [];

  /** Reads the next piece of the stream. Returns the events that this piece completes. */
  push(piece: string): ParsedEvent[] {
    // A CR at the end of a piece may be the first half of a CRLF, so it does not end the line yet.
    const lines = (this.#incompleteLine + piece).split(/\r\n|\n|\r(?!$)/);
    this.#incompleteLine = lines.pop()!;
    return lines.flatMap((line) => this.#readLine(line));
  }

  #readLine(line: string): ParsedEvent[] {
    if (line === '') return this.#completeEvent();
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
    if (field === 'id') this.#id = value;
    else if (field === 'event') this.#type = value;
    else if (field === 'data') this.#data.push(value);
    return [];
  }

  #completeEvent(): ParsedEvent[] {
    const event = { id: this.#id, type: this.#type || 'message', data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#type = '';
    this.#data = [];
    return isEmpty ? [] : [event];
  }
}
