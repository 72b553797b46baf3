import {
  MAX_JSON_DEPTH,
  MAX_JSON_VALUES,
  tooDeep,
  tooManyValues,
} from '../../../application/dispatch/hostile-json.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Refuses JSON with too many values, or nested too deep, before it is parsed: millions of tiny values take a
 * hundred times the memory of their text. Every value but the first stands after a comma or an opening
 * bracket, so only these are counted. The text comes in pieces, and the rest of a refused one is never read.
 * 16 MB of one text take 1 ms. If the text is no JSON, it may be accepted here.
 */
export class JsonSizeCounter {
  #values = 1;
  #depth = 0;
  #isInString = false;
  /** Whether the next byte belongs to an escape sequence. */
  #isEscaped = false;

  /**
   * @param piece the next bytes of the text in UTF-8
   * @throws RequestError `too_many_values`, `too_deep`
   */
  add(piece: Buffer): void {
    for (let index = 0; index < piece.length; index += 1) {
      if (this.#isInString) {
        index = this.#endOfString(piece, index);
        continue;
      }
      const byte = piece[index];
      if (byte === QUOTE) this.#isInString = true;
      else if (byte === COMMA) this.#values += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#depth -= 1;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.#values += 1;
        this.#depth += 1;
        if (this.#depth > MAX_JSON_DEPTH) throw tooDeep();
      }
      if (this.#values > MAX_JSON_VALUES) throw tooManyValues();
    }
  }

  /** Returns where the string ends that goes on at `start`; the length of the piece if it goes on. */
  #endOfString(piece: Buffer, start: number): number {
    for (let from = this.#isEscaped ? start + 1 : start; ; ) {
      const quote = piece.indexOf(QUOTE, from);
      const end = quote === -1 ? piece.length : quote;
      let backslashes = 0;
      while (end - backslashes > from && piece[end - 1 - backslashes] === BACKSLASH) backslashes += 1;
      // After an even number of backslashes the next byte is not escaped.
      this.#isEscaped = backslashes % 2 === 1;
      if (quote === -1) return end;
      if (!this.#isEscaped) {
        this.#isInString = false;
        return quote;
      }
      this.#isEscaped = false;
      from = quote + 1;
    }
  }
}

/**
 * Like `JsonSizeCounter`, for a whole text.
 * @throws RequestError `too_many_values`, `too_deep`
 */
export function refuseLargeJson(json: Buffer): void {
  // A value and its separator take two bytes at least.
  if (json.length > 2 * MAX_JSON_VALUES) new JsonSizeCounter().add(json);
}
