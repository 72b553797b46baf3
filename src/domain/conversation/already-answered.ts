import { DomainError } from '../errors.ts';
import type { Message } from './message.ts';

/** The question that a person answers has an answer: whoever comes second is shown the one that counts. */
export class AlreadyAnsweredError extends DomainError {
  readonly answer: Message;

  constructor(answer: Message) {
    super('already_answered', 'Somebody has answered this question already', 'in_reply_to');
    this.answer = answer;
  }
}
