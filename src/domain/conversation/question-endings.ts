import { questionNotFound, questionWithoutDeadline } from '../errors.ts';
import type { MessageId } from '../ids.ts';
import { fitAnswer } from '../question/fit-answer.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import { recordActivity } from './hand-off/record-activity.ts';
import { isOpenQuestion, type Message } from './message.ts';
import { requireOpenQuestion } from './question-over.ts';

/**
 * Ends a question whose time is over: with its default answer if it has one, else without an answer. The
 * answer is posted as a user message, so it reaches the agent like every answer. A question that has ended
 * already, or whose deadline was postponed, stays as it is. So does one of an instance that is gone; in a
 * deleted instance it ends, because the instance can be restored.
 */
export function endAtDeadline(
  { instance, messages }: Conversation,
  { questionId, newMessageId, now }: { questionId: MessageId; newMessageId: MessageId; now: Date },
): Decision<null> {
  const question = messages.find(({ id }) => id === questionId);
  const isDue = question !== undefined && isOpenQuestion(question) && isOver(question, now);
  if (instance === null || !isDue) return { output: null, changes: null };
  const draft = new ConversationDraft(instance, messages, now);
  const defaultAnswer = question.question?.defaultAnswer ?? null;
  if (defaultAnswer === null) draft.endQuestion(question, 'expired');
  else {
    const { content, values, form } = fitAnswer(question.question, defaultAnswer);
    const answerTo = { questionId, values, form, decidedBy: 'default', via: null } as const;
    const answer = draft.post({ id: newMessageId, senderType: 'USER', content, answerTo });
    draft.amend(question, { questionStatus: 'defaulted', answerId: answer.id });
  }
  return { output: null, changes: draft.changes() };
}

const isOver = ({ expiresAt }: Message, now: Date): boolean => expiresAt !== null && expiresAt <= now;

/**
 * Takes a question of the agent back. Withdrawing it again is only activity of the agent.
 * @throws QuestionOverError `already_answered` or `question_over` if it has ended in another way;
 * DomainError `question_not_found`
 */
export function withdrawQuestion(
  conversation: Conversation,
  { questionId, now }: { questionId: MessageId; now: Date },
): Decision<Message> {
  const instance = requireInstance(conversation);
  const question = conversation.messages.find(({ id }) => id === questionId);
  if (question?.questionStatus === 'withdrawn')
    return { output: question, changes: recordActivity(conversation, now) };
  const open = requireOpenQuestion(conversation.messages, questionId, 'question_id');
  const draft = new ConversationDraft(instance, conversation.messages, now);
  draft.updateInstance({ lastActivityAt: now });
  draft.tellStop();
  return { output: draft.amend(open, { questionStatus: 'withdrawn' }), changes: draft.changes() };
}

/**
 * Withdraws the question that a new one takes the place of. If it has ended already, it stays as it is: the
 * agent gets its outcome with the response.
 * @throws DomainError `question_not_found`
 */
export function withdrawSuperseded(draft: ConversationDraft, questionId: MessageId): void {
  const question = draft.findMessage(questionId);
  if (question?.questionStatus == null) throw questionNotFound('supersedes');
  if (isOpenQuestion(question)) draft.amend(question, { questionStatus: 'withdrawn' });
}

/**
 * Moves the deadline of an open question.
 * @throws DomainError `question_without_deadline`: a person cannot set a deadline where the agent set none,
 * because the agent may not expect that its question ends without an answer
 */
export function postponeDeadline(
  conversation: Conversation,
  { questionId, expiresAt, now }: { questionId: MessageId; expiresAt: Date; now: Date },
): Decision<Message> {
  const instance = requireInstance(conversation);
  const question = requireOpenQuestion(conversation.messages, questionId, 'question_id');
  if (question.expiresAt === null) throw questionWithoutDeadline();
  const draft = new ConversationDraft(instance, conversation.messages, now);
  return { output: draft.amend(question, { expiresAt }), changes: draft.changes() };
}
