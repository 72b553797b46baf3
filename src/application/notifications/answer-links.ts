import { createHash } from 'node:crypto';
import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import { type Conversation, hideDeletedInstance } from '../../domain/conversation/conversation.ts';
import { isOpenQuestion, type Message } from '../../domain/conversation/message.ts';
import { type Outcome, outcomeOf } from '../../domain/conversation/outcome.ts';
import { receiveUserMessage } from '../../domain/conversation/user-messages.ts';
import { answerLinkError, questionNotFound } from '../../domain/errors.ts';
import type { MessageId } from '../../domain/ids.ts';
import { withChangedDestination } from '../../domain/notification/settings.ts';
import { open } from '../../domain/notification/settle.ts';
import type { Clock, Ids } from '../../ports/runtime.ts';
import type { AnswerLink, NotificationRepository } from '../../ports/storage/notification-repository.ts';
import type { Store } from '../../ports/store.ts';

export const hashOfLinkToken = (token: string): string =>
  createHash('sha256').update(token).digest('base64url');

/** What the holder of a link may see. */
export interface LinkedQuestion {
  readonly link: AnswerLink;
  /** null for a test. */
  readonly subject: { readonly instance: AgentInstance; readonly question: Message } | null;
  /** How the question ended; null while it is open. */
  readonly outcome: Outcome | null;
  readonly answer: Message | null;
}

export interface AnswerLinkPorts extends Pick<Store, 'repository'> {
  readonly notifications: NotificationRepository;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Answers questions by links: whoever has one may answer one question, once, without another token. */
export class AnswerLinks {
  readonly #ports: AnswerLinkPorts;

  constructor(ports: AnswerLinkPorts) {
    this.#ports = ports;
  }

  /**
   * Returns what a link is about, and changes nothing: mail scanners open links, too.
   * @throws DomainError `answer_link_not_found`, `answer_link_expired`.
   */
  async read(token: string): Promise<LinkedQuestion> {
    const { link } = await this.#find(token);
    if (link.agentInstanceId === null || link.questionId === null)
      return { link, subject: null, outcome: null, answer: null };
    const { agentInstanceId, questionId, userId } = link;
    return this.#ports.repository.update({ userId, agentInstanceId, questionId }, (conversation) => ({
      output: { link, ...linkedQuestion(conversation, questionId) },
      changes: null,
      record: null,
    }));
  }

  /**
   * Answers the question of a link. The first answer counts, also if it was given elsewhere.
   * @param text null: with the value that the link has.
   * @returns the answer; null for a test.
   * @throws DomainError `answer_link_not_found`, `answer_link_expired`, `answer_missing`, and the errors of
   * `receiveUserMessage`.
   */
  async answer(token: string, text: string | null): Promise<Message | null> {
    const { link, channel } = await this.#find(token);
    if (text === null && link.value === null) throw answerLinkError('answer_missing');
    const { notifications, clock } = this.#ports;
    const now = clock.now();
    if (link.questionId === null) {
      await notifications.useLink(link.userId, link.tokenHash, now);
      await this.#noteOpened(link, now);
      return null;
    }
    const answer = await this.#answerQuestion(link, channel, link.questionId, text, now);
    await notifications.useLink(link.userId, link.tokenHash, now);
    await this.#noteOpened(link, now);
    return answer;
  }

  async #find(token: string): Promise<{ readonly link: AnswerLink; readonly channel: string }> {
    const { notifications, clock } = this.#ports;
    const link = await notifications.findLink(hashOfLinkToken(token));
    if (link === null) throw answerLinkError('answer_link_not_found');
    if (link.expiresAt <= clock.now()) throw answerLinkError('answer_link_expired');
    const { destinations } = await notifications.readSettings(link.userId);
    const destination = destinations.find(({ id }) => id === link.destinationId);
    // A link of a destination that was removed does not work any more.
    if (destination === undefined) throw answerLinkError('answer_link_not_found');
    return { link, channel: destination.channel };
  }

  async #answerQuestion(
    { userId, agentInstanceId, value }: AnswerLink,
    channel: string,
    questionId: MessageId,
    text: string | null,
    now: Date,
  ): Promise<Message> {
    const { repository, ids } = this.#ports;
    if (agentInstanceId === null) throw questionNotFound();
    const message = {
      content: value === null ? (text ?? '') : { values: [value] },
      ...{ markAsRead: false, inReplyTo: questionId, questionField: 'token', via: channel, now },
      newMessageId: ids.next() as MessageId,
    };
    return repository.update({ userId, agentInstanceId, questionId }, (conversation) => {
      const decision = receiveUserMessage(hideDeletedInstance(conversation), message);
      return { ...decision, record: null };
    });
  }

  /** Notes that the destination works, and when the person reacted. */
  async #noteOpened({ userId, notificationId, destinationId }: AnswerLink, now: Date): Promise<void> {
    const { notifications } = this.#ports;
    const madeAt = await notifications.update({ userId, id: notificationId }, (notification) => ({
      output: notification?.createdAt ?? null,
      changes: notification && open(notification, destinationId, now),
      record: null,
    }));
    await notifications.updateSettings({ userId }, (settings) => {
      const destination = settings.destinations.find(({ id }) => id === destinationId);
      // What was sent to an earlier address says nothing about the present one.
      const isAfterChange = madeAt !== null && destination !== undefined && madeAt >= destination.changedAt;
      const isNew = isAfterChange && destination.verifiedAt === null;
      const changes = isNew ? withChangedDestination(settings, { ...destination, verifiedAt: now }) : null;
      return { output: null, changes, record: null };
    });
  }
}

function linkedQuestion(
  { instance, messages }: Conversation,
  questionId: MessageId,
): Omit<LinkedQuestion, 'link'> {
  const question = messages.find(({ id }) => id === questionId);
  if (instance === null || instance.status === 'DELETED' || question === undefined) throw questionNotFound();
  const answer = messages.find(({ id }) => id === question.answerId) ?? null;
  return {
    subject: { instance, question },
    outcome: isOpenQuestion(question) ? null : outcomeOf(question, answer),
    answer,
  };
}
