import { tooLarge } from '../http/http-error.ts';

export interface CutRules {
  /** The name of a text field of the body's object. */
  readonly name: string;
  /** How many bytes of the text are kept, as it is written in JSON. */
  readonly keptBytes: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const OBJECT = 0x7b;
const COLON = 0x3a;
const COMMA = 0x2c;
const WHITE_SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** The longest name that can be the field's: every character may be written as `\u0067`. */
const maxNameBytes = (name: string): number => 6 * name.length + 2;

/**
 * Passes a JSON text on, but drops the end of one text field, so that a field of any size takes a bounded
 * memory. It reads the text in pieces and looks only at its strings and brackets. `JSON.parse` checks what is
 * left: a text that is not JSON stays one that is not JSON.
 */
export class FieldCutter {
  readonly #field: CutRules;
  readonly #maxOtherBytes: number;
  readonly #keptParts: Buffer[] = [];
  #otherBytes = 0;
  /** The kept bytes of the field. A name that occurs twice in an object has two texts. */
  #allFieldBytes = 0;
  #depth = 0;
  #isRootObject = false;
  #isInString = false;
  /** How many characters of an escape sequence are still to come. A sequence is never cut. */
  #escapeLeft = 0;
  #isEscapeStart = false;
  /** The bytes of the string that may be a name of the object; null inside of other strings. */
  #nameBytes: number[] | null = null;
  /** Whether the next string is a name of the body's object. */
  #expectsName = false;
  #isFieldNext = false;
  #isInField = false;
  #fieldBytes = 0;
  #isDropping = false;

  /** @param maxOtherBytes how many bytes the text may have besides the field. */
  constructor(field: CutRules, maxOtherBytes: number) {
    this.#field = field;
    this.#maxOtherBytes = maxOtherBytes;
  }

  /** @throws HttpError `too_large` if the text is too large without the field. */
  add(chunk: Buffer): void {
    let keptFrom = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const wasDropping: boolean = this.#isDropping;
      if (wasDropping) index = this.#skip(chunk, index);
      if (index >= chunk.length) break;
      if (this.#isInString) this.#readInString(chunk[index]!);
      else this.#readOutside(chunk[index]!);
      if (this.#isDropping && !wasDropping) this.#keptParts.push(chunk.subarray(keptFrom, index));
      if (wasDropping && !this.#isDropping) keptFrom = index;
    }
    if (!this.#isDropping) this.#keptParts.push(chunk.subarray(keptFrom));
    const isTooLarge =
      this.#otherBytes > this.#maxOtherBytes || this.#allFieldBytes > 2 * this.#field.keptBytes;
    if (isTooLarge) throw tooLarge(this.#maxOtherBytes);
  }

  /** Returns the text without what was dropped. */
  finish(): Buffer {
    return Buffer.concat(this.#keptParts);
  }

  /**
   * Returns where the dropped string ends; at least the length of the chunk if that is not in this chunk.
   * Nearly all bytes of a large body are read here, so it looks at each only once.
   */
  #skip(chunk: Buffer, start: number): number {
    let index = start + (this.#escapeLeft > 0 ? 1 : 0);
    while (index < chunk.length && chunk[index] !== QUOTE) index += chunk[index] === BACKSLASH ? 2 : 1;
    this.#escapeLeft = index > chunk.length ? 1 : 0;
    return index;
  }

  #readInString(byte: number): void {
    const isCharacterStart = this.#escapeLeft === 0 && (byte & 0xc0) !== 0x80;
    if (isCharacterStart && byte === QUOTE) {
      this.#endString();
      return;
    }
    if (!this.#isInField) this.#otherBytes += 1;
    else if (isCharacterStart && this.#fieldBytes >= this.#field.keptBytes) this.#isDropping = true;
    if (this.#isInField && !this.#isDropping) {
      this.#fieldBytes += 1;
      this.#allFieldBytes += 1;
    }
    if (this.#nameBytes !== null && this.#nameBytes.length < maxNameBytes(this.#field.name))
      this.#nameBytes.push(byte);
    if (this.#escapeLeft > 0) {
      this.#escapeLeft = this.#isEscapeStart && byte === LOWER_U ? 4 : this.#escapeLeft - 1;
      this.#isEscapeStart = false;
    } else if (byte === BACKSLASH) {
      this.#escapeLeft = 1;
      this.#isEscapeStart = true;
    }
  }

  #endString(): void {
    this.#otherBytes += 1;
    this.#isInString = false;
    this.#isDropping = false;
    this.#isInField = false;
    this.#isFieldNext = this.#nameBytes !== null && this.#isFieldName(this.#nameBytes);
    this.#nameBytes = null;
    this.#expectsName = false;
  }

  #isFieldName(bytes: readonly number[]): boolean {
    try {
      return JSON.parse(`"${Buffer.from(bytes).toString()}"`) === this.#field.name;
    } catch {
      return false;
    }
  }

  #readOutside(byte: number): void {
    this.#otherBytes += 1;
    if (WHITE_SPACE.has(byte)) return;
    if (byte === QUOTE) {
      this.#isInString = true;
      this.#isInField = this.#isFieldNext;
      this.#fieldBytes = 0;
      if (this.#expectsName) this.#nameBytes = [];
    } else if (OPEN.has(byte)) {
      if (this.#depth === 0) this.#isRootObject = byte === OBJECT;
      this.#depth += 1;
    } else if (CLOSE.has(byte)) {
      this.#depth -= 1;
    }
    if (byte !== COLON) this.#isFieldNext = false;
    if (byte !== QUOTE)
      this.#expectsName = this.#isRootObject && this.#depth === 1 && (OPEN.has(byte) || byte === COMMA);
  }
}
