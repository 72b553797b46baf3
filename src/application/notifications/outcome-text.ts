import type { Outcome } from '../../domain/conversation/outcome.ts';
import { cutText } from '../../domain/text/graphemes.ts';
import { plainLine } from '../../domain/text/plain-text.ts';

const MAX_ANSWER_LENGTH = 100;

/** Names of places where people answer. Others are shown as they are. */
const PLACES: { readonly [via: string]: string } = {
  page: 'on the page',
  terminal: 'in a terminal',
  email: 'by e-mail',
  webpush: 'in a browser notification',
};

/** Says in one sentence how a question ended. */
export function outcomeText({ status, via }: Pick<Outcome, 'status' | 'via'>, answer: string | null): string {
  const place = via === null ? '' : ` ${PLACES[via] ?? `through ${via}`}`;
  const text = answer === null ? '' : `: ${cutText(plainLine(answer), MAX_ANSWER_LENGTH)}`;
  switch (status) {
    case 'answered':
      return `Answered${place}${text}`;
    case 'defaulted':
      return `Nobody answered in time, so the default counts${text}`;
    case 'expired':
      return 'Nobody answered in time';
    case 'withdrawn':
      return 'The agent took the question back';
    case 'closed':
      return 'The agent’s session has ended';
  }
}
