const LINE_FEED = 0x0a;

/**
 * The same limit as for an agent's message over REST. The longest content fits, even with every character
 * escaped.
 */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Puts together the lines of a stream of bytes. */
export class LineReader {
  #pieces: Buffer[] = [];
  #size = 0;

  /**
   * Returns the lines that end in this chunk, without their line ends.
   * @throws Error if a line is longer than 16 MiB. The start of the next line cannot be found then.
   */
  *read(chunk: Buffer): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.#add(chunk.subarray(start, end));
      start = end + 1;
      yield this.#takeLine();
    }
    this.#add(chunk.subarray(start));
  }

  #add(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size > MAX_LINE_BYTES) throw new Error('A message of the client is longer than 16 MiB');
    this.#pieces.push(piece);
  }

  #takeLine(): string {
    const line = Buffer.concat(this.#pieces).toString('utf8');
    this.#pieces = [];
    this.#size = 0;
    return line;
  }
}
