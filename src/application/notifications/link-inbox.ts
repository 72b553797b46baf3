import { CodedError } from '../../domain/errors.ts';
import type { AnswerReceived, Inbox, Notice } from '../../ports/notifier.ts';
import type { Logger } from '../../ports/runtime.ts';
import type { NotificationRepository } from '../../ports/storage/notification-repository.ts';
import { type AnswerLinks, hashOfLinkToken } from './answer-links.ts';

/** Answers questions with what people tap and write in a channel, by the tokens of answer links. */
export class LinkInbox implements Inbox {
  readonly #answerLinks: AnswerLinks;
  readonly #notifications: NotificationRepository;
  readonly #logger: Pick<Logger, 'warn'>;

  constructor(answerLinks: AnswerLinks, notifications: NotificationRepository, logger: Pick<Logger, 'warn'>) {
    this.#answerLinks = answerLinks;
    this.#notifications = notifications;
    this.#logger = logger;
  }

  async answer(token: string, text: string | null): Promise<AnswerReceived> {
    try {
      const answer = await this.#answerLinks.answer(token, text);
      const isTest = answer === null;
      return {
        isAccepted: true,
        text: isTest ? 'It works: your answers arrive.' : `Answered: ${answer.content}`,
      };
    } catch (err) {
      if (err instanceof CodedError) return { isAccepted: false, text: err.message };
      this.#logger.warn({ err }, 'An answer from a channel could not be stored');
      return { isAccepted: false, text: 'The dashboard could not store the answer. Try again later.' };
    }
  }

  /** The new token answers what the token of the notice's question answers, and as long. */
  async expectAnswer({ question }: Notice, token: string): Promise<void> {
    if (question === null) return;
    const link = await this.#notifications.findLink(hashOfLinkToken(question.token));
    if (link === null) return;
    await this.#notifications.addLinks(link.userId, [{ ...link, tokenHash: hashOfLinkToken(token) }]);
  }
}
