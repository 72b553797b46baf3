import type { NoticeQuestion } from '../../../ports/notifier.ts';

/** Says when a question ends by itself, and with which answer; null if it does not. */
export function deadlineText(question: NoticeQuestion | null): string | null {
  const deadline = question?.deadline ?? null;
  if (deadline === null) return null;
  // The time zone of the person is not known here.
  const at = `${deadline.at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return deadline.defaultAnswer === null
    ? `It ends without an answer at ${at}.`
    : `Without an answer until ${at}, this one counts: ${deadline.defaultAnswer}`;
}
