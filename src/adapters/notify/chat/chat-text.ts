import { cutText } from '../../../domain/text/graphemes.ts';
import type { Notice } from '../../../ports/notifier.ts';

/** Says what a person can do in a chat, besides tapping a button. */
export const replyText = ({ question }: Notice, howTo: string): string | null =>
  question?.takesText === true ? howTo : null;

/** Joins paragraphs, without those that are missing. */
export const paragraphs = (...parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null && part !== '').join('\n\n');

/** Joins paragraphs to at most `maxLength` characters. Only the text is cut: what follows it always fits. */
export function fittingText(
  { title, text }: { readonly title: string; readonly text: string },
  after: string,
  maxLength: number,
): string {
  const room = maxLength - paragraphs(title, 'x', after).length + 1;
  if (text.length <= room) return paragraphs(title, text, after);
  return paragraphs(title, room > 1 ? `${cutText(text, room - 1)}…` : null, after);
}
