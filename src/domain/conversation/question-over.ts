import { DomainError, questionNotFound } from '../errors.ts';
import type { MessageId } from '../ids.ts';
import { isOpenQuestion, type Message } from './message.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/**
 * Thrown when something needs an open question, and the question has ended. The error carries its outcome,
 * and the answer, if it has one.
 */
export class QuestionOverError extends DomainError {
  readonly outcome: Outcome;
  readonly answer: Message | null;

  constructor(outcome: Outcome, answer: Message | null, field: string) {
    if (answer !== null) super('already_answered', 'This question already has an answer', field);
    else super('question_over', `${MESSAGES[outcome.status]}, so it cannot be answered any more`, field);
    this.outcome = outcome;
    this.answer = answer;
  }
}

const MESSAGES: { readonly [status in Outcome['status']]: string } = {
  answered: 'This question was answered',
  defaulted: 'This question got its default answer',
  expired: 'The time for this question is over',
  withdrawn: 'The agent took this question back',
  closed: 'This question was closed when its session ended',
};

/**
 * Returns an open question.
 * @param messages must contain the question, and its answer if it has one.
 * @param field the input field that has the id
 * @throws QuestionOverError `already_answered` or `question_over`, or DomainError `question_not_found`
 */
export function requireOpenQuestion(
  messages: readonly Message[],
  questionId: MessageId,
  field: string,
): Message {
  const question = messages.find(({ id }) => id === questionId);
  if (question?.questionStatus == null) throw questionNotFound(field);
  if (isOpenQuestion(question)) return question;
  const answer = messages.find(({ id }) => id === question.answerId) ?? null;
  throw new QuestionOverError(outcomeOf(question, answer)!, answer, field);
}
