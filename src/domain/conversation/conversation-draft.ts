import type { MessageId } from '../ids.ts';
import type { QuestionShape } from '../question/question-shape.ts';
import { type AgentInstance, isEndedOrDeleted, type QuestionEnding } from './agent-instance.ts';
import type { Changes, Decision } from './conversation.ts';
import { handOffPage } from './hand-off/hand-off-page.ts';
import {
  byHandOff,
  byPosition,
  isOpenQuestion,
  isQueued,
  type Message,
  newestOpenQuestion,
} from './message.ts';

/** A message before it has a position. What is absent is null, or false. */
export type NewMessage = Pick<Message, 'id' | 'senderType' | 'content'> &
  Partial<
    Pick<
      Message,
      'metadata' | 'requiresUserInput' | 'questionStatus' | 'question' | 'reach' | 'expiresAt' | 'answerTo'
    >
  >;

const MAX_UNTOLD_ENDINGS = 100;

/**
 * The working copy in which one decision makes its changes. The loaded conversation stays as it is; `changes`
 * returns what the store has to write. A draft is used for one decision only.
 */
export class ConversationDraft {
  readonly now: Date;
  #instance: AgentInstance;
  readonly #messages: Map<MessageId, Message>;
  readonly #posted: Message[] = [];
  readonly #amended = new Map<MessageId, Message>();
  #gitDiff: string | null | undefined;

  constructor(instance: AgentInstance, messages: readonly Message[], now: Date) {
    this.now = now;
    this.#messages = new Map(messages.map((message) => [message.id, message]));
    this.#instance = { ...instance, version: instance.version + 1 };
  }

  /** The instance with all changes so far. */
  get instance(): AgentInstance {
    return this.#instance;
  }

  updateInstance(fields: Partial<Omit<AgentInstance, 'id' | 'version' | 'lastPosition'>>): void {
    this.#instance = { ...this.#instance, ...fields };
  }

  /** @param diff null clears the stored diff. */
  setGitDiff(diff: string | null): void {
    this.#gitDiff = diff;
  }

  /** Adds a message at the next position. */
  post(newMessage: NewMessage): Message {
    const position = this.#instance.lastPosition + 1;
    const message: Message = {
      metadata: null,
      requiresUserInput: false,
      questionStatus: null,
      question: null,
      reach: null,
      expiresAt: null,
      answerTo: null,
      ...newMessage,
      agentInstanceId: this.#instance.id,
      position,
      createdAt: this.now,
      readAt: null,
      // User messages that this draft hands over get the same version: `messagesHandedOverWith` compares it.
      readVersion: newMessage.senderType === 'AGENT' ? this.#instance.version : null,
      answerId: null,
    };
    this.#instance = { ...this.#instance, lastPosition: position };
    this.#posted.push(message);
    this.#messages.set(message.id, message);
    return message;
  }

  /** Changes fields of a message. The message may be new in this draft or older. */
  amend(message: Message, fields: Partial<Message>): Message {
    const changedMessage = { ...message, ...fields };
    this.#messages.set(message.id, changedMessage);
    const postedIndex = this.#posted.findIndex((posted) => posted.id === message.id);
    if (postedIndex >= 0) this.#posted[postedIndex] = changedMessage;
    else this.#amended.set(message.id, changedMessage);
    return changedMessage;
  }

  /** Marks one user message as read by the agent, and moves the read cursor to it. */
  handOver(message: Message): Message {
    this.updateInstance({ lastReadMessageId: message.id });
    return this.amend(message, { readAt: this.now, readVersion: this.#instance.version });
  }

  /**
   * Hands over the first queued user messages, in order: as many as one hand-off may have. The others stay
   * queued.
   * @param again what the same hand-off contains already, because it was handed over before.
   */
  handOverQueue(again: readonly Message[] = []): readonly Message[] {
    const { messages } = handOffPage([...again, ...this.#select(isQueued)]);
    return messages.slice(again.length).map((message) => this.handOver(message));
  }

  /** Whether user messages are queued that this draft has not handed over. */
  hasQueue(): boolean {
    return this.#select(isQueued).length > 0;
  }

  /**
   * Returns the answer of a question, and hands it over unless the agent has it already. Returns null if the
   * question has no answer.
   */
  handOverAnswer(question: Message): Message | null {
    const answer = this.#answerOf(question);
    return answer !== null && isQueued(answer) ? this.handOver(answer) : answer;
  }

  isAnswerHandedOver(question: Message): boolean {
    const answer = this.#answerOf(question);
    return answer !== null && !isQueued(answer);
  }

  /** Returns the user messages that were handed over together with an agent message, in order. */
  messagesHandedOverWith({ readVersion }: Message): readonly Message[] {
    return this.#select((message) => message.senderType === 'USER' && message.readVersion === readVersion);
  }

  /** Returns the user messages that were handed over with an agent message or after it, in that order. */
  messagesHandedOverSince({ readVersion: since }: Message): readonly Message[] {
    if (since === null) return [];
    return this.#select(
      ({ senderType, readVersion }) => senderType === 'USER' && readVersion !== null && readVersion >= since,
    ).sort(byHandOff);
  }

  /**
   * Hands over messages again with the agent message that this draft posts. Their `readAt` stays the time of
   * the first hand-off.
   */
  handOverAgain(messages: readonly Message[]): void {
    for (const message of messages) this.amend(message, { readVersion: this.#instance.version });
  }

  findMessage(id: MessageId): Message | undefined {
    return this.#messages.get(id);
  }

  /** Returns the open questions, oldest first. */
  openQuestions(): readonly Message[] {
    return this.#select(isOpenQuestion);
  }

  /** Returns the newest open question with this text and shape; null if there is none. */
  findOpenQuestion(content: string, shape: QuestionShape | null): Message | null {
    return newestOpenQuestion([...this.#messages.values()], content, shape);
  }

  /** Ends an open question without an answer. The agent is told with its next call. */
  endQuestion(question: Message, status: QuestionEnding['status']): Message {
    const endings = [...this.#instance.untoldEndings, { questionId: question.id, status }];
    this.updateInstance({ untoldEndings: endings.slice(-MAX_UNTOLD_ENDINGS) });
    return this.amend(question, { questionStatus: status });
  }

  /** Returns the endings that the agent has not been told, and notes that it is told now. */
  tellEndings(isTold: (ending: QuestionEnding) => boolean = () => true): readonly QuestionEnding[] {
    const { untoldEndings } = this.#instance;
    if (untoldEndings.length === 0) return [];
    this.updateInstance({ untoldEndings: untoldEndings.filter((ending) => !isTold(ending)) });
    return untoldEndings.filter(isTold);
  }

  /** Notes that the agent is told now that it should stop, if it should. */
  tellStop(): void {
    const { stop } = this.#instance;
    if (stop !== null && stop.seenAt === null) this.updateInstance({ stop: { ...stop, seenAt: this.now } });
  }

  /** Opens an ended instance again. A request to stop it is over. */
  reopen(): void {
    if (this.#instance.status === 'COMPLETED')
      this.updateInstance({ status: 'ACTIVE', endedAt: null, failure: null, stop: null });
  }

  /**
   * Returns everything that this decision has changed so far. An instance that has not ended waits for input
   * while any of its questions is open.
   */
  changes(): Changes {
    if (!isEndedOrDeleted(this.#instance))
      this.updateInstance({ status: this.openQuestions().length > 0 ? 'AWAITING_INPUT' : 'ACTIVE' });
    return {
      instance: this.#instance,
      posted: this.#posted,
      amended: [...this.#amended.values()],
      gitDiff: this.#gitDiff,
    };
  }

  /** Returns the decision that makes the changes so far, and has the changed instance as its output. */
  decision(): Decision<AgentInstance> {
    const changes = this.changes();
    return { output: changes.instance, changes };
  }

  #answerOf({ answerId }: Message): Message | null {
    return answerId === null ? null : (this.#messages.get(answerId) ?? null);
  }

  #select(isSelected: (message: Message) => boolean): Message[] {
    return [...this.#messages.values()].filter(isSelected).sort(byPosition);
  }
}
