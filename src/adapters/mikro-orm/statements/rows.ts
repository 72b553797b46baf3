import type { AgentInstance, Deletion, StoredStatus } from '../../../domain/conversation/agent-instance.ts';
import type {
  JsonObject,
  Message,
  QuestionStatus,
  SenderType,
} from '../../../domain/conversation/message.ts';
import type { AgentInstanceId, AgentTypeId, MessageId } from '../../../domain/ids.ts';

/** The columns of an instance, of `agent_instances a` and its `agent_types y`. Times are seconds since 1970. */
export const INSTANCE_COLUMNS = `a.agent_type_id, y.name as agent_type_name, a.name, a.status,
  date_part('epoch', a.started_at) as started_at, date_part('epoch', a.ended_at) as ended_at, a.metadata,
  a.last_position, a.step_count, a.last_read_message_id,
  date_part('epoch', a.last_heartbeat_at) as last_heartbeat_at,
  date_part('epoch', a.last_activity_at) as last_activity_at,
  date_part('epoch', a.deleted_at) as deleted_at, a.status_before_deletion, a.version`;

/** A message of `messages m`, as one JSON value. */
export const MESSAGE_JSON = `json_build_object(
  'id', m.id, 'position', m.position, 'senderType', m.sender_type, 'content', m.content,
  'createdAt', m.created_at, 'metadata', m.metadata, 'requiresUserInput', m.requires_user_input,
  'readAt', m.read_at, 'readVersion', m.read_version, 'questionStatus', m.question_status,
  'answerId', m.answer_id)`;

export interface MessageJson {
  readonly id: MessageId;
  readonly position: number;
  readonly senderType: SenderType;
  readonly content: string;
  readonly createdAt: string;
  readonly metadata: JsonObject | null;
  readonly requiresUserInput: boolean;
  readonly readAt: string | null;
  readonly readVersion: number | null;
  readonly questionStatus: QuestionStatus | null;
  readonly answerId: MessageId | null;
}

export interface InstanceColumns {
  readonly agent_type_id: AgentTypeId;
  readonly agent_type_name: string;
  readonly name: string | null;
  readonly status: StoredStatus;
  /** Seconds since 1970. */
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly metadata: JsonObject | null;
  readonly last_position: number;
  readonly step_count: number;
  readonly last_read_message_id: MessageId | null;
  readonly last_heartbeat_at: number | null;
  readonly last_activity_at: number;
  readonly deleted_at: number | null;
  readonly status_before_deletion: Deletion['statusBefore'] | null;
  /** null: there is no such instance. */
  readonly version: number | null;
}

/** null where there is no such instance. */
export function instanceOf(row: InstanceColumns, id: AgentInstanceId): AgentInstance | null {
  if (row.version === null) return null;
  return {
    id,
    agentType: { id: row.agent_type_id, name: row.agent_type_name },
    name: row.name,
    status: row.status,
    startedAt: time(row.started_at),
    endedAt: row.ended_at === null ? null : time(row.ended_at),
    metadata: row.metadata,
    lastPosition: row.last_position,
    stepCount: row.step_count,
    lastReadMessageId: row.last_read_message_id,
    lastHeartbeatAt: row.last_heartbeat_at === null ? null : time(row.last_heartbeat_at),
    lastActivityAt: time(row.last_activity_at),
    deletion: deletionOf(row),
    version: row.version,
  };
}

function deletionOf({ deleted_at, status_before_deletion }: InstanceColumns): Deletion | null {
  if (deleted_at === null || status_before_deletion === null) return null;
  return { deletedAt: time(deleted_at), statusBefore: status_before_deletion };
}

export const time = (epochSeconds: number): Date => new Date(Math.round(epochSeconds * 1000));

export const messageOf = (json: MessageJson, agentInstanceId: AgentInstanceId): Message => ({
  ...json,
  agentInstanceId,
  createdAt: new Date(json.createdAt),
  readAt: json.readAt === null ? null : new Date(json.readAt),
});
