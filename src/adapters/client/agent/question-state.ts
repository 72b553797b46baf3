import type { Connection } from '../http/connection.ts';
import { DashboardError } from '../http/errors.ts';
import type { ConversationMessage, OutputOf } from '../wire.ts';
import type { QuestionOutcome } from './ask-result.ts';

/** The current state of a question. */
export interface QuestionState {
  readonly status: NonNullable<ConversationMessage['question_status']>;
  readonly answer: ConversationMessage | null;
  /** How the question ended; null while it is open. */
  readonly outcome: QuestionOutcome | null;
  /** The id of the last message that the agent wrote or received. */
  readonly lastReadId: string;
  /** The ids of messages that answer other questions. The waits for those questions return these messages. */
  readonly answerIdsOfOtherQuestions: ReadonlySet<string>;
}

/** The limits of a wait: at the deadline or the abort, it ends without an answer. */
export interface WaitLimits {
  /** The end of the wait, in milliseconds since 1970; infinite without a deadline. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

type Conversation = OutputOf<'readAgentInstance'>;

/**
 * The largest number of messages on a page. The first page has the newest messages, and nearly always the
 * question, so it is small. Pages of older messages are larger, so that a long conversation needs few calls.
 */
const FIRST_PAGE_SIZE = 50;
const PAGE_SIZE = 200;

/**
 * Finds the state of a question. Reads its conversation page by page, the newest messages first.
 * @throws DashboardError `question_not_found` if the conversation has no question of this id.
 */
export async function readQuestionState(
  connection: Connection,
  { agent_instance_id, question_id }: { agent_instance_id: string; question_id: string },
  limits: WaitLimits,
): Promise<QuestionState> {
  const messages = new Map<string, ConversationMessage>();
  let lastReadId: string | null = null;
  for (let beforeMessageId: string | null = null; ; ) {
    const limit = beforeMessageId === null ? FIRST_PAGE_SIZE : PAGE_SIZE;
    const page: Conversation = await connection.request({
      ...limits,
      method: 'GET',
      path: `/agent-instances/${encodeURIComponent(agent_instance_id)}`,
      query: { message_limit: limit, before_message_id: beforeMessageId },
    });
    lastReadId ??= page.last_read_message_id;
    for (const message of page.messages) messages.set(message.id, message);
    const question = messages.get(question_id);
    if (question?.question_status != null) {
      const answer = question.answer_id == null ? null : messages.get(question.answer_id);
      if (answer !== undefined) {
        return {
          status: question.question_status,
          answer,
          outcome: outcomeOf(question, answer),
          lastReadId: lastReadId ?? question_id,
          answerIdsOfOtherQuestions: answerIdsOfOthers(messages.values(), question_id),
        };
      }
      // The answer was written after the newest page was read, so begin again with the newest page.
      messages.clear();
      lastReadId = null;
      beforeMessageId = null;
    } else if (question !== undefined || page.messages[0] === undefined || page.messages[0].position === 1) {
      // Either this message is no question, or there are no older messages.
      throw new DashboardError({ code: 'question_not_found', detail: 'There is no question with this id' });
    } else {
      beforeMessageId = page.messages[0].id;
    }
  }
}

function outcomeOf(
  { id, question_status: status }: ConversationMessage,
  answer: ConversationMessage | null,
): QuestionOutcome | null {
  if (status === undefined || status === 'open') return null;
  const unanswered = { values: null, form: null, decided_by: null, via: null };
  if (answer === null) return { question_id: id, status, ...unanswered, answered_at: null };
  // An answer that was stored before answers had these details is a text of the person.
  const { values, form, decided_by, via } = answer.answer_to ?? { ...unanswered, decided_by: 'person' };
  return { question_id: id, status, values, form, decided_by, via, answered_at: answer.created_at };
}

function answerIdsOfOthers(messages: Iterable<ConversationMessage>, questionId: string): Set<string> {
  const otherQuestions = [...messages].filter(({ id, answer_id }) => id !== questionId && answer_id != null);
  return new Set(otherQuestions.map(({ answer_id }) => answer_id!));
}
