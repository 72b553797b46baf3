import { isBlank } from './blank.ts';
import { hasAtMostCodePoints } from './code-points.ts';

/** The maximum length of a message's content, in code points. */
export const MAX_CONTENT_LENGTH = 1_000_000;

/** Checks that a text is not only white space and has at most `MAX_CONTENT_LENGTH` code points. */
export const isValidContent = (text: string): boolean =>
  !isBlank(text) && hasAtMostCodePoints(text, MAX_CONTENT_LENGTH);
