/** The path of a file before and after a change. */
export interface Paths {
  readonly old: string;
  readonly new: string;
}

const ESCAPED_CHARACTERS: { readonly [letter: string]: string } = {
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  '"': '"',
  '\\': '\\',
};

/** One piece of a quoted path: an escaped byte, an escaped character, or plain text. */
const QUOTED_PIECE = /\\([0-7]{3})|\\([abtnvfr"\\])|[^"\\]+/y;

/**
 * Returns a path without git's quotes. Inside quotes, every byte of a letter may be escaped:
 * `"caf\303\251.txt"`. A text that is not quoted, or not as git quotes, is returned unchanged.
 */
export function unquotePath(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"')) return text;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  QUOTED_PIECE.lastIndex = 1;
  while (QUOTED_PIECE.lastIndex < text.length - 1) {
    const piece = QUOTED_PIECE.exec(text);
    if (piece === null) return text;
    const [plain, octal, letter] = piece;
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    // The text of a piece may be too long for the arguments of one call.
    else for (const byte of encoder.encode(letter ? ESCAPED_CHARACTERS[letter] : plain)) bytes.push(byte);
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

/** The prefixes that git itself adds: `a/` and `b/`, or those of `diff.mnemonicPrefix`. */
const STANDARD_PREFIX = /^[abciow12]\//;

/** Removes the prefixes from the two paths of a file. */
function withoutPrefixes(old: string, now: string): Paths {
  if (old === now) return { old, new: now };
  if (STANDARD_PREFIX.test(old) && STANDARD_PREFIX.test(now) && old[0] !== now[0])
    return { old: old.slice(2), new: now.slice(2) };
  const name = commonName(old, now);
  return name === '' ? { old, new: now } : { old: name, new: name };
}

/** Returns the longest end that both paths have and that begins after a slash, or at the start of a path. */
function commonName(one: string, other: string): string {
  const endsPrefix = (path: string, length: number) =>
    length === path.length || path[path.length - length - 1] === '/';
  let nameLength = 0;
  for (let length = 1; length <= Math.min(one.length, other.length); length += 1) {
    if (one[one.length - length] !== other[other.length - length]) break;
    if (endsPrefix(one, length) && endsPrefix(other, length)) nameLength = length;
  }
  return one.slice(one.length - nameLength);
}

/** In a header with more spaces, only the one in the middle is tried: each takes the time of a header. */
const MAX_SPACES = 100;

/**
 * Returns the path in the header of a file that is not renamed. It stands there twice, so the space between
 * is in the middle if both prefixes have the same length.
 * @returns null if the path does not stand there twice with this space between.
 */
function pathInHeader(header: string, space: number): string | null {
  if (header[space] !== ' ') return null;
  const { old, new: now } = withoutPrefixes(
    unquotePath(header.slice(0, space)),
    unquotePath(header.slice(space + 1)),
  );
  return old === now && now !== '' ? now : null;
}

/** Returns the longest path that stands twice in the header, whatever its prefixes; null if there is none. */
function longestPathInHeader(header: string): string | null {
  const spaces = Array.from(header.matchAll(/ /g), ({ index }) => index);
  if (spaces.length > MAX_SPACES) return null;
  const paths = spaces.map((space) => pathInHeader(header, space) ?? '');
  return paths.reduce((longest, path) => (path.length > longest.length ? path : longest), '') || null;
}

/** What the lines before the first hunk say about the paths of a file, still quoted and with prefixes. */
export interface PathLines {
  /** What follows `diff --git `. */
  readonly header: string;
  /** What follows `--- ` and `+++ `. Null: there is no such line, or it says `/dev/null`. */
  readonly minus: string | null;
  readonly plus: string | null;
  /** What follows `rename from ` or `copy from `, and `rename to ` or `copy to `. */
  readonly from: string | null;
  readonly to: string | null;
}

/** Returns the exact paths of a file. */
export function readPaths({ header, minus, plus, from, to }: PathLines): Paths {
  if (from !== null && to !== null) return { old: unquotePath(from), new: unquotePath(to) };
  const path = pathInHeader(header, (header.length - 1) / 2);
  if (path !== null) return { old: path, new: path };
  if (minus !== null && plus !== null) return withoutPrefixes(unquotePath(minus), unquotePath(plus));
  const onlyPath =
    longestPathInHeader(header) ?? unquotePath(plus ?? minus ?? header).replace(STANDARD_PREFIX, '');
  return { old: onlyPath, new: onlyPath };
}
