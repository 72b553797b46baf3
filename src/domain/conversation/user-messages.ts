import type { AgentInstanceId, MessageId } from '../ids.ts';
import type { AnswerContent } from '../question/answer-content.ts';
import { fitAnswer } from '../question/fit-answer.ts';
import { type GivenContext, mergeContext } from './agent-context.ts';
import type { AgentType } from './agent-type.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import { nameFromPrompt } from './instance-name.ts';
import type { Message } from './message.ts';
import { createInstance } from './new-instance.ts';
import { requireOpenQuestion } from './question-over.ts';

export interface UserMessage {
  /** Only a text can be a message that answers no question. */
  readonly content: AnswerContent;
  /**
   * True if the agent has the message already, because the user typed it in the agent's own program. The
   * message is then not queued.
   */
  readonly markAsRead: boolean;
  /**
   * The question that this message answers. The conversation must contain that question and its answer.
   * Absent or null: the newest open question, if there is one.
   */
  readonly inReplyTo?: MessageId | null;
  /** The input field that names the question, for errors. Absent: `in_reply_to`. */
  readonly questionField?: string;
  /**
   * False: the message answers no question. For what was typed at the agent beside a question that has its
   * own answer there.
   */
  readonly answersQuestion?: boolean;
  /**
   * The agent type of the agent's own program, which sends the message. With it the message creates the
   * instance if there is none, and opens an ended one again: the person goes on there. If it is the first
   * message of an instance without a name, the instance is named after it. Absent or null: it does none of
   * this.
   */
  readonly ownProgram?: { readonly agentInstanceId: AgentInstanceId; readonly agentType: AgentType } | null;
  /** What the agent's own program says about where it runs; absent or null: nothing. */
  readonly context?: GivenContext | null;
  /** Where the person wrote the message; null or absent if that is not known. */
  readonly via?: string | null;
  readonly newMessageId: MessageId;
  readonly now: Date;
}

/**
 * Adds a message of the user to the conversation. It becomes the answer of the question that it names. If it
 * names none, it becomes the answer of the newest open question that a text can answer, if there is one. The
 * message is queued for the agent, unless the agent has it already (`markAsRead`): then the read cursor moves
 * to it, and earlier messages stay queued.
 *
 * If the named question cannot be answered, the message is not stored, because it was meant only as an
 * answer.
 * @throws QuestionOverError, AnswerMismatchError, or DomainError `question_not_found`, if the message cannot
 * be the answer of the named question.
 */
export function receiveUserMessage(conversation: Conversation, userMessage: UserMessage): Decision<Message> {
  const {
    inReplyTo,
    questionField = 'in_reply_to',
    via = null,
    ownProgram = null,
    context = null,
    now,
  } = userMessage;
  const instance =
    ownProgram !== null && conversation.instance === null
      ? createInstance(conversation, {
          id: ownProgram.agentInstanceId,
          agentType: ownProgram.agentType,
          name: null,
          now,
        })
      : requireInstance(conversation);
  const draft = new ConversationDraft(instance, conversation.messages, now);
  if (ownProgram !== null) {
    draft.reopen();
    draft.updateInstance({ lastActivityAt: now });
    if (instance.name === null && instance.lastPosition === 0 && typeof userMessage.content === 'string')
      draft.updateInstance({ name: nameFromPrompt(userMessage.content) });
  }
  if (context !== null) draft.updateInstance({ context: mergeContext(instance.context, context) });
  const question = !(userMessage.answersQuestion ?? true)
    ? undefined
    : inReplyTo == null
      ? draft.openQuestions().findLast(({ question: shape }) => shape?.form == null)
      : requireOpenQuestion(conversation.messages, inReplyTo, questionField);
  const { content, values, form } = fitAnswer(question?.question ?? null, userMessage.content);
  const postedMessage = draft.post({
    id: userMessage.newMessageId,
    senderType: 'USER',
    content,
    answerTo:
      question === undefined ? null : { questionId: question.id, values, form, decidedBy: 'person', via },
  });
  const message = userMessage.markAsRead ? draft.handOver(postedMessage) : postedMessage;
  if (question !== undefined) draft.amend(question, { questionStatus: 'answered', answerId: message.id });
  // The agent's own program has reported this answer, so nothing is left to be repeated.
  if (userMessage.markAsRead && question?.id === instance.lease?.messageId)
    draft.updateInstance({ lease: null });
  if (userMessage.markAsRead) draft.tellStop();
  return { output: message, changes: draft.changes() };
}
