import { TOO_LATE_TEXTS } from '../question/ending.ts';
import type { Problem } from '../wire.ts';

/** The form of a token. Any other text is no link of a notification. */
const TOKEN = /^[A-Za-z0-9_-]{1,200}$/;

export const isLinkToken = (token: string): boolean => TOKEN.test(token);

export const UNKNOWN_LINK =
  'This link is not known. It may be incomplete, or the place it was sent to was removed.';

/**
 * Says why an answer link does not work.
 * @param problem null: the server could not be reached
 */
export function linkErrorText(problem: Pick<Problem, 'code' | 'detail' | 'outcome'> | null): string {
  if (problem?.outcome) return TOO_LATE_TEXTS[problem.outcome.status];
  switch (problem?.code) {
    case undefined:
      return 'The server cannot be reached. Check the connection and try again.';
    case 'answer_link_not_found':
    case 'unauthenticated':
    case 'not_found':
      return UNKNOWN_LINK;
    case 'answer_link_expired':
      return 'This link has expired.';
    case 'question_not_found':
      return 'This question does not exist any more. Its agent may have been deleted.';
    case 'answer_missing':
      return 'Write an answer first.';
    default:
      return problem!.detail;
  }
}

/** Whether another attempt may succeed: it was not the link that failed. */
export const mayTryAgain = (problem: Pick<Problem, 'status'> | null): boolean =>
  problem === null || problem.status >= 500 || problem.status === 429;
