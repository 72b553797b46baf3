/** A grapheme is what people see as one character: a letter with its accents, an emoji, a flag. */
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Iterates over the graphemes of a text. */
export function* graphemesOf(text: string): Generator<string> {
  for (const { segment } of segmenter.segment(text)) yield segment;
}

/**
 * Cuts a text for people to at most `maxLength` UTF-16 code units, at the end of a grapheme. Only a first
 * grapheme that is itself longer is divided, between two code points.
 */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const cutGrapheme = segmenter.segment(text).containing(maxLength)!;
  if (cutGrapheme.index > 0 || maxLength <= 0) return text.slice(0, cutGrapheme.index);
  const isInsidePair = text.codePointAt(maxLength - 1)! > 0xffff;
  return text.slice(0, isInsidePair ? maxLength - 1 : maxLength);
}
