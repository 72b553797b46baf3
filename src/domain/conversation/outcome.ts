import type { MessageId } from '../ids.ts';
import type { QuestionEnding } from './agent-instance.ts';
import type { ConversationDraft } from './conversation-draft.ts';
import { type AnswerTo, type Message, PLAIN_ANSWER, type QuestionStatus } from './message.ts';

/** How a question ended, and who or what decided it. */
export interface Outcome {
  readonly questionId: MessageId;
  readonly status: Exclude<QuestionStatus, 'open'>;
  readonly values: AnswerTo['values'];
  readonly form: AnswerTo['form'];
  /** null if the question ended without an answer. */
  readonly decidedBy: AnswerTo['decidedBy'] | null;
  readonly via: string | null;
  /** null if the question ended without an answer. */
  readonly answeredAt: Date | null;
}

/** Returns the outcome of a question, or null while it is open. */
export function outcomeOf(question: Message, answer: Message | null): Outcome | null {
  const { id, questionStatus } = question;
  if (questionStatus === null || questionStatus === 'open') return null;
  if (answer === null) return outcomeWithoutAnswer({ questionId: id, status: questionStatus });
  // Answers that were stored before their details were have none.
  const { values, form, decidedBy, via } = answer.answerTo ?? PLAIN_ANSWER;
  return {
    questionId: id,
    status: questionStatus,
    values,
    form,
    decidedBy,
    via,
    answeredAt: answer.createdAt,
  };
}

/**
 * Returns the outcomes that the agent gets to know with messages that it is handed: those of the questions
 * that these messages answer, and those of questions that ended without an answer.
 */
export function tellOutcomes(draft: ConversationDraft, handedOver: readonly Message[]): readonly Outcome[] {
  return [...draft.tellEndings().map(outcomeWithoutAnswer), ...outcomesAnsweredBy(handedOver)];
}

/** Returns the outcomes of the questions that these messages answer. */
export const outcomesAnsweredBy = (messages: readonly Message[]): readonly Outcome[] =>
  messages.flatMap(({ answerTo, createdAt }): Outcome[] => {
    if (answerTo === null) return [];
    const status = answerTo.decidedBy === 'default' ? 'defaulted' : 'answered';
    return [{ ...answerTo, status, answeredAt: createdAt }];
  });

const outcomeWithoutAnswer = ({
  questionId,
  status,
}: Pick<QuestionEnding, 'questionId'> & Pick<Outcome, 'status'>): Outcome => ({
  questionId,
  status,
  values: null,
  form: null,
  decidedBy: null,
  via: null,
  answeredAt: null,
});
