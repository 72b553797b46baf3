import { questionNotFound } from '../../errors.ts';
import type { MessageId } from '../../ids.ts';
import type { AgentInstance, StopRequest } from '../agent-instance.ts';
import { type Conversation, type Decision, requireInstance } from '../conversation.ts';
import { ConversationDraft } from '../conversation-draft.ts';
import { byPosition, type Message, type QuestionStatus } from '../message.ts';
import { type Outcome, outcomeOf } from '../outcome.ts';
import { recordActivity } from './record-activity.ts';

/** The result of reading the answer of a question. */
export interface AnswerRead {
  readonly question: Message;
  readonly status: QuestionStatus;
  readonly answer: Message | null;
  /** How the question ended; null while it is open. */
  readonly outcome: Outcome | null;
  readonly stop: StopRequest | null;
  /** Whether the answer was handed over before this read. */
  readonly isAnswerRepeated: boolean;
  /** The user messages that were handed over with the question, without its answer. */
  readonly feedback: readonly Message[];
  /** Whether other user messages are queued. */
  readonly more: boolean;
  /**
   * When the question ended, or else when the agent was asked to stop, or else when it asked. For a question
   * that ended without an answer before its deadline: when its instance ended or was last active.
   */
  readonly changedAt: Date;
  /** The version of the instance after this read. */
  readonly version: number;
}

/**
 * Returns the status of a question and its answer, if there is one. Every caller gets the same answer and the
 * same feedback, however often it reads. The first read that finds the answer hands it over; other messages
 * stay queued.
 * @throws DomainError `question_not_found` if the message is not in the conversation or is not a question.
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
  const questionState = { question, status: question.questionStatus, feedback };

  const draft = new ConversationDraft(instance, conversation.messages, now);
  const answerBefore = conversation.messages.find(({ id }) => id === question.answerId);
  const answer = draft.handOverAnswer(question);
  const isHandedOverNow = answer !== null && answer !== answerBefore;
  const isEndingTold = draft.tellEndings((ending) => ending.questionId === questionId).length > 0;
  if (isHandedOverNow || isEndingTold) draft.updateInstance({ lastActivityAt: now });
  draft.tellStop();
  const changes = isHandedOverNow || isEndingTold ? draft.changes() : recordActivity(conversation, now);
  const { version, stop } = changes?.instance ?? instance;
  const outcome = outcomeOf(question, answer);
  const isAnswerRepeated = answer !== null && !isHandedOverNow;
  const more = draft.hasQueue();
  const changedAt = answer?.createdAt ?? changeWithoutAnswer(question, instance);
  return {
    output: { ...questionState, answer, outcome, stop, isAnswerRepeated, more, changedAt, version },
    changes,
  };
}

function changeWithoutAnswer(
  { questionStatus, expiresAt, createdAt }: Message,
  instance: AgentInstance,
): Date {
  if (questionStatus === 'open') return instance.stop?.requestedAt ?? createdAt;
  if (questionStatus === 'expired' && expiresAt !== null) return expiresAt;
  return (questionStatus === 'closed' ? instance.endedAt : null) ?? instance.lastActivityAt;
}
