import { questionNotFound } from '../errors.ts';
import type { MessageId } from '../ids.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import { byPosition, type Message, type QuestionStatus } from './message.ts';
import { recordActivity } from './record-activity.ts';

export interface AnswerRead {
  readonly question: Message;
  readonly status: QuestionStatus;
  readonly answer: Message | null;
  /** What was handed over with the question. */
  readonly feedback: readonly Message[];
  /** Of the instance, once this is saved. */
  readonly version: number;
}

/**
 * What has become of a question. Whoever asks, and however often, is told the same answer and the same
 * feedback; the first time hands the answer over. Other messages stay queued.
 */
export function readAnswer(
  conversation: Conversation,
  { questionId, now }: { questionId: MessageId; now: Date },
): Decision<AnswerRead> {
  const instance = requireInstance(conversation);
  const question = conversation.messages.find(({ id }) => id === questionId);
  if (question?.questionStatus == null) throw questionNotFound();
  const feedback = conversation.messages
    .filter(
      ({ id, senderType, readVersion }) =>
        senderType === 'USER' && readVersion === question.readVersion && id !== question.answerId,
    )
    .sort(byPosition);
  const read = { question, status: question.questionStatus, feedback };

  const draft = new ConversationDraft(instance, conversation.messages, now);
  const before = conversation.messages.find(({ id }) => id === question.answerId);
  const answer = draft.handOverAnswer(question);
  const isNews = answer !== null && answer !== before;
  if (isNews) draft.updateInstance({ lastActivityAt: now });
  const changes = isNews ? draft.changes() : recordActivity(instance, now);
  const { version } = changes?.instance ?? instance;
  return { output: { ...read, answer, version }, changes };
}
