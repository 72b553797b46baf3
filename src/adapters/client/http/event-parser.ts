/** One event of a Server-Sent Events stream. */
export interface ParsedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Parses the text of a Server-Sent Events stream, which may arrive in pieces of any size. */
export class EventParser {
  #incompleteLine = '';
  /** A CR at the end of the last piece. It may be half of a CRLF, so it does not end the line yet. */
  #lastCr = '';
  #id = '';
  #type = '';
  #data: string[] = [];

  /** Reads the next piece of the stream. Returns the events that this piece completes. */
  push(piece: string): ParsedEvent[] {
    const text = this.#lastCr + piece;
    this.#lastCr = text.endsWith('\r') ? '\r' : '';
    // What came before is not searched again: a line may have megabytes, and come in many pieces.
    const lines = text.slice(0, text.length - this.#lastCr.length).split(/\r\n|\n|\r/);
    lines[0] = this.#incompleteLine + lines[0];
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
