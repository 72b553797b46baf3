import type { StoredStatus } from '../../../../domain/conversation/agent-instance.ts';
import type { QuestionStatus } from '../../../../domain/conversation/message.ts';
import type { AgentInstanceId, MessageId, UserId } from '../../../../domain/ids.ts';
import type { QuestionState } from '../../../../ports/storage/agent-instance-repository.ts';
import type { Database } from '../../database/database.ts';
import { registerStatement } from '../../database/prepared-statements.ts';
import { toDate } from '../rows.ts';

/** A question, and the user who is asked. */
export interface AskedQuestion {
  readonly userId: UserId;
  readonly questionId: MessageId;
}

/** Reads by primary keys only, because it runs for each poll of each open question. */
const QUESTION_STATES = registerStatement(
  'question_states',
  `select t.nth::int as nth, m.agent_instance_id, m.question_status as status,
    date_part('epoch', m.created_at) as asked_at, date_part('epoch', m.expires_at) as expires_at,
    a.status as instance_status, a.stop_requested_at is not null as is_stop_requested, a.version
  from unnest($1::text[], $2::uuid[]) with ordinality as t(user_id, id, nth)
  join messages m on m.user_id = t.user_id and m.id = t.id and m.question_status is not null
  join agent_instances a on a.user_id = m.user_id and a.id = m.agent_instance_id`,
);

interface Row {
  readonly nth: number;
  readonly agent_instance_id: AgentInstanceId;
  readonly status: QuestionStatus;
  readonly asked_at: number;
  readonly expires_at: number | null;
  readonly instance_status: StoredStatus;
  readonly is_stop_requested: boolean;
  readonly version: number;
}

/** Returns how each of these questions stands, in their order; null for those that do not exist. */
export async function readQuestionStates(
  database: Database,
  questions: readonly AskedQuestion[],
): Promise<readonly (QuestionState | null)[]> {
  const users = questions.map(({ userId }) => userId);
  const ids = questions.map(({ questionId }) => questionId);
  const rows = await database.queryInBatch<Row>(users, QUESTION_STATES, [users, ids]);
  const states = new Array<QuestionState | null>(questions.length).fill(null);
  for (const row of rows) {
    states[row.nth - 1] = {
      agentInstanceId: row.agent_instance_id,
      status: row.status,
      askedAt: toDate(row.asked_at),
      expiresAt: row.expires_at === null ? null : toDate(row.expires_at),
      instanceStatus: row.instance_status,
      isStopRequested: row.is_stop_requested,
      version: row.version,
    };
  }
  return states;
}
