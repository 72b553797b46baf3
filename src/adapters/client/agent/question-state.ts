import type { Call, Connection } from '../http/connection.ts';
import { DashboardError } from '../http/errors.ts';
import type { ConversationMessage, OutputOf } from '../wire.ts';

export interface QuestionState {
  readonly status: 'open' | 'answered' | 'closed';
  readonly answer: ConversationMessage | null;
  /** The last message that the agent wrote or was handed. */
  readonly cursor: string;
  /** Messages that answer another question: whoever asks for that one is told them. */
  readonly answers: ReadonlySet<string>;
}

type Conversation = OutputOf<'readAgentInstance'>;

/** The newest page nearly always has the question; a long talk since it is read in larger ones. */
const FIRST_PAGE = 50;
const PAGE = 200;

/** What has become of a question, from the conversation itself. @throws DashboardError */
export async function questionState(
  connection: Connection,
  { agent_instance_id, question_id }: { agent_instance_id: string; question_id: string },
  patience: Pick<Call, 'until' | 'signal'>,
): Promise<QuestionState> {
  const messages = new Map<string, ConversationMessage>();
  let cursor: string | null = null;
  for (let before: string | null = null; ; ) {
    const limit = before === null ? FIRST_PAGE : PAGE;
    const page: Conversation = await connection.ask({
      ...patience,
      method: 'GET',
      path: `/agent-instances/${encodeURIComponent(agent_instance_id)}`,
      query: { message_limit: limit, before_message_id: before },
    });
    cursor ??= page.last_read_message_id;
    for (const message of page.messages) messages.set(message.id, message);
    const question = messages.get(question_id);
    if (question?.question_status != null) {
      const answer = question.answer_id == null ? null : messages.get(question.answer_id);
      if (answer !== undefined) {
        const answers = answersAmong(messages.values(), question_id);
        return { status: question.question_status, answer, cursor: cursor ?? question_id, answers };
      }
      // It came after the newest page was read: read that again.
      messages.clear();
      cursor = null;
      before = null;
    } else if (question !== undefined || page.messages.length < limit) {
      throw new DashboardError({ code: 'question_not_found', detail: 'There is no question with this id' });
    } else {
      before = page.messages[0]!.id;
    }
  }
}

function answersAmong(messages: Iterable<ConversationMessage>, questionId: string): Set<string> {
  const others = [...messages].filter(({ id, answer_id }) => id !== questionId && answer_id != null);
  return new Set(others.map(({ answer_id }) => answer_id!));
}
