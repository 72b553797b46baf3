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
 * bracket, so only these are counted. 16 MB take 1 ms if they are one text, and 120 ms at worst.
 * @param json the text in UTF-8. If it is no JSON, it may be accepted here.
 * @throws RequestError `too_many_values`, `too_deep`
 */
export function refuseLargeJson(json: Buffer): void {
  // A value and its separator take two bytes at least.
  if (json.length <= 2 * MAX_JSON_VALUES) return;
  let values = 1;
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (byte === QUOTE) index = endOfString(json, index);
    else if (byte === COMMA) values += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      values += 1;
      depth += 1;
      if (depth > MAX_JSON_DEPTH) throw tooDeep();
    }
    if (values > MAX_JSON_VALUES) throw tooManyValues();
  }
}

/** Returns where the string ends that begins at `start`; the length of the text if it does not end. */
function endOfString(json: Buffer, start: number): number {
  for (let from = start + 1; ; ) {
    const quote = json.indexOf(QUOTE, from);
    if (quote === -1) return json.length;
    let backslashes = 0;
    while (json[quote - 1 - backslashes] === BACKSLASH) backslashes += 1;
    // After an even number of backslashes the quote itself is not escaped.
    if (backslashes % 2 === 0) return quote;
    from = quote + 1;
  }
}
