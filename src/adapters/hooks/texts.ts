import { MAX_CONTENT_LENGTH } from '../../domain/text/content.ts';

export const stopText = (reason: string | null): string =>
  `The person wants you to stop${reason === null ? '' : ` (${reason})`}: do nothing more, and end your work here`;

/** What the model reads of what the person wrote. */
export const writtenText = (messages: readonly { readonly content: string }[]): string =>
  [
    'The person wrote to you in the dashboard. It counts more than your plan:',
    ...messages.map(({ content }) => content),
  ].join('\n\n');

export const answersText = (questions: readonly string[], answers: readonly string[]): string =>
  [
    'The person has answered in the dashboard, so the question need not be asked again:',
    ...questions.map((question, index) => `${question}\n${answers[index] ?? ''}`),
  ].join('\n\n');

/** Returns a text that every store can keep, of a length that a message can have. */
export const storableText = (text: string): string =>
  text.replaceAll('\0', '').toWellFormed().slice(0, MAX_CONTENT_LENGTH).toWellFormed();
