import { DomainError } from '../errors.ts';
import type { Message } from './message.ts';

/**
 * Thrown when a user message should answer a question that already has an answer. The error carries that
 * answer.
 */
export class AlreadyAnsweredError extends DomainError {
  readonly answer: Message;

  constructor(answer: Message) {
    super('already_answered', 'This question already has an answer', 'in_reply_to');
    this.answer = answer;
  }
}
