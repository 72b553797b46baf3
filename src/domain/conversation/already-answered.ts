import { DomainError } from '../errors.ts';
import type { Message } from './message.ts';

/** The question that a user message should answer has an answer already. The error carries that answer. */
export class AlreadyAnsweredError extends DomainError {
  readonly answer: Message;

  constructor(answer: Message) {
    super('already_answered', 'This question already has an answer', 'in_reply_to');
    this.answer = answer;
  }
}
