import type { ConversationMessage } from '../../adapters/client/client.ts';
import { formText } from '../../domain/question/form-text.ts';
import { plainLine } from '../../domain/text/plain-text.ts';
import { remainingTime } from '../../domain/text/remaining-time.ts';

/** Returns when a question ends by itself, and how: `Ends in 4 min: Staging`. Null if it has no deadline. */
export function deadlineText(
  { expires_at, question = null }: Pick<ConversationMessage, 'expires_at' | 'question'>,
  now: number,
): string | null {
  if (expires_at == null) return null;
  const answer = question === null ? null : defaultAnswerText(question);
  const ending = answer === null ? ' without an answer' : `: ${answer}`;
  const leftMs = Date.parse(expires_at) - now;
  return plainLine(`Ends ${leftMs <= 0 ? 'now' : `in ${remainingTime(leftMs)}`}${ending}`);
}

function defaultAnswerText({
  default_answer: answer,
  options,
  form,
}: NonNullable<ConversationMessage['question']>): string | null {
  if (answer === null || typeof answer === 'string') return answer;
  if (!Array.isArray(answer)) return form === null ? null : formText(form, answer).replaceAll('\n', ', ');
  const labels = (options ?? []).filter(({ value }) => answer.includes(value)).map(({ label }) => label);
  return labels.join(', ') || 'None';
}
