import { graphemesOf } from '../../../domain/text/graphemes.ts';

const ELLIPSIS = '…';

/** Cuts a text at the end of a grapheme, so that its size, as `sizeOf` measures it, is at most `maxSize`. */
export function cutToSize(text: string, maxSize: number, sizeOf: (text: string) => number): string {
  if (sizeOf(text) <= maxSize) return text;
  let room = maxSize - sizeOf(ELLIPSIS);
  let kept = '';
  for (const grapheme of graphemesOf(text)) {
    room -= sizeOf(grapheme);
    if (room < 0) break;
    kept += grapheme;
  }
  return kept + ELLIPSIS;
}
