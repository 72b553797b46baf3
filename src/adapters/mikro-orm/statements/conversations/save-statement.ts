import { registerStatement } from '../../database/prepared-statements.ts';
import { type AsInput, columnsOf, type ValuesOf } from '../../schema/columns.ts';
import { AgentInstanceRow, AgentTypeRow, IdempotencyRecordRow, MessageRow } from '../../schema/entities.ts';
import { notificationParts, WRITTEN_NOTIFICATIONS } from './notification-parts.ts';

// These constants are lists of columns.

const INSTANCE = columnsOf(AgentInstanceRow);
const INSTANCE_INPUT = INSTANCE.except('gitDiffVersion');
/**
 * What an update writes. The statement itself writes the context, the diff and its version, if they have
 * changed: the input of a step has none of them.
 */
const UPDATED = INSTANCE.except(
  'userId',
  'id',
  'agentTypeId',
  'startedAt',
  'metadata',
  'context',
  'gitDiff',
  'gitDiffVersion',
);
/** What a new instance has. The statement adds the version of the diff. */
const CREATED = INSTANCE.except('gitDiffVersion', 'deletedAt', 'statusBeforeDeletion');
const AGENT_TYPE = columnsOf(AgentTypeRow);
const POSTED = columnsOf(MessageRow);
/** What the input has for an amended message: its key, and the columns that may change. */
const AMENDMENT = POSTED.except(
  'agentInstanceId',
  'position',
  'senderType',
  'content',
  'createdAt',
  'metadata',
  'reach',
);
/** What is written for an amended message. */
const AMENDED = AMENDMENT.except('userId', 'id');
const RECORD = columnsOf(IdempotencyRecordRow);

export interface InstanceInput extends AsInput<ValuesOf<typeof INSTANCE_INPUT>> {
  /** The index of the instance in the input. */
  readonly nth: number;
  readonly baseVersion: number;
  readonly setsGitDiff: boolean;
}

export type AgentTypeInput = ValuesOf<typeof AGENT_TYPE>;

interface BelongsToInstance<Index> {
  /** The index of the instance in the input. The row is written only if this instance is written. */
  readonly instance: Index;
}

export type PostedInput = AsInput<ValuesOf<typeof POSTED>> & BelongsToInstance<number>;
export type AmendedInput = AsInput<ValuesOf<typeof AMENDMENT>> & BelongsToInstance<number>;
/** A record without an instance is written in any case. */
export type RecordInput = ValuesOf<typeof RECORD> & BelongsToInstance<number | null>;

/** Which optional parts a batch has. Every batch may change existing instances and add messages. */
export interface SaveShape {
  readonly hasNewInstances: boolean;
  readonly hasAmendedMessages: boolean;
  readonly hasRecords: boolean;
  readonly hasNotifications: boolean;
}

/** An instance that was written. */
export interface SavedRow {
  /** The index of the instance in the input. */
  readonly nth: number;
  /** How many notifications the whole batch has written; absent without `hasNotifications`. */
  readonly notifications?: number;
}

/**
 * Returns the statement that saves a batch: one statement, so one transaction and one round trip. An instance
 * and everything that belongs to it is written only if the instance still has the version it was decided from
 * (0: it does not exist yet). The other instances of the batch are saved in any case; `saved` lists the
 * instances that were written. A new instance is not written either if another process has just created its
 * agent type under another id.
 *
 * The start time distinguishes a new instance from a deleted one with the same id, because versions begin at
 * 1 again.
 *
 * The agent type of a new instance is locked, so that the removal of unused types cannot remove it meanwhile.
 *
 * The input is sorted by user and instance id, and joined by nested loops, so concurrent batches lock rows in
 * the same order. Rows refer to their instance by its index in the input. "(… in …) is true" makes PostgreSQL
 * hash the indexes instead of comparing every message with every instance. NOTIFY takes a global lock at
 * commit, so each batch calls it once. Listeners get the notification when the change is visible.
 *
 * The statement has only the parts that the batch needs. PostgreSQL prepares each part, and each policy of
 * row level security on its table, even if the part does nothing. Most batches need few parts, because they
 * are steps of existing instances. Compared with one text for all batches, a save takes 8 % less time when
 * one runs at a time, and 17 % less when 32 do.
 */
function saveSqlOf(shape: SaveShape): string {
  const { hasNewInstances, hasAmendedMessages, hasRecords, hasNotifications } = shape;
  let parameters = 0;
  const parameter = (): string => {
    parameters += 1;
    return `$${parameters}`;
  };
  const parts = [
    `input as materialized (
      select * from json_to_recordset(${parameter()}::json) as i(
        nth int, "baseVersion" int, "setsGitDiff" boolean, ${INSTANCE_INPUT.fields})
    )`,
    `updated as (
      update agent_instances a set
        ${UPDATED.assignedFrom('i')},
        context = coalesce(i.context, a.context),
        git_diff = case when i."setsGitDiff" then i."gitDiff" else a.git_diff end,
        git_diff_version = case when i."setsGitDiff" then i.version else a.git_diff_version end
      from input i
      where a.user_id = i."userId" and a.id = i.id and a.version = i."baseVersion" and a.started_at = i."startedAt"
      returning i.nth
    )`,
    ...(hasNewInstances ? creationParts(parameter()) : ['saved as (select nth from updated)']),
    `posted as (
      insert into messages (${POSTED.names})
      select ${POSTED.fieldsOf('m')}
      from json_to_recordset(${parameter()}::json) as m(instance int, ${POSTED.fields})
      where (m.instance in (select nth from saved)) is true
    )`,
    ...(hasAmendedMessages ? [amendmentPart(parameter())] : []),
    ...(hasRecords ? [recordPart(parameter())] : []),
    ...(hasNotifications ? notificationParts(parameter()) : []),
  ];
  return `with ${parts.join(', ')}
    select nth, ${hasNotifications ? `${WRITTEN_NOTIFICATIONS}, ` : ''}
      (select count(pg_notify(${parameter()}, payload)) from unnest(${parameter()}::text[]) as payload) as signals
    from saved`;
}

const creationParts = (newTypes: string): readonly string[] => [
  `new_types as (
    insert into agent_types (${AGENT_TYPE.names})
    select ${AGENT_TYPE.fieldsOf('y')} from json_to_recordset(${newTypes}::json) as y(${AGENT_TYPE.fields})
    on conflict do nothing
    returning user_id, id
  )`,
  `created as (
    insert into agent_instances (${CREATED.names}, git_diff_version)
    select ${CREATED.fieldsOf('i')}, case when i."setsGitDiff" then i.version else 0 end
    from input i
    where i."baseVersion" = 0
      and coalesce(
        (select true from agent_types y where y.user_id = i."userId" and y.id = i."agentTypeId" limit 1 for key share),
        (select true from new_types y where y.user_id = i."userId" and y.id = i."agentTypeId" limit 1))
    on conflict (user_id, id) do nothing
    returning user_id, id
  )`,
  `saved as (
    select nth from updated
    union all
    select i.nth from created c join input i on i."userId" = c.user_id and i.id = c.id
  )`,
];

const amendmentPart = (amended: string): string => `amended as (
  update messages m set ${AMENDED.assignedFrom('c')}
  from json_to_recordset(${amended}::json) as c(instance int, ${AMENDMENT.fields})
  where m.user_id = c."userId" and m.id = c.id and (c.instance in (select nth from saved)) is true
)`;

const recordPart = (records: string): string => `recorded as (
  insert into idempotency_records (${RECORD.names})
  select ${RECORD.fieldsOf('r')}
  from json_to_recordset(${records}::json) as r(instance int, ${RECORD.fields})
  where r.instance is null or r.instance in (select nth from saved)
)`;

/** The parts of a shape, and what each of them adds to the name of its statement. */
const PARTS: readonly (readonly [part: keyof SaveShape, suffix: string])[] = [
  ['hasNewInstances', 'c'],
  ['hasAmendedMessages', 'a'],
  ['hasRecords', 'r'],
  ['hasNotifications', 'n'],
];

const shapeNameOf = (shape: SaveShape): string =>
  `save_changes${PARTS.map(([part, suffix]) => (shape[part] ? `_${suffix}` : '')).join('')}`;

const SHAPES = PARTS.reduce<SaveShape[]>(
  (shapes, [part]) => shapes.flatMap((shape) => [shape, { ...shape, [part]: true }]),
  [{ hasNewInstances: false, hasAmendedMessages: false, hasRecords: false, hasNotifications: false }],
);
/** One text for each shape. Each connection plans each text once. */
const STATEMENTS = new Map(
  SHAPES.map((shape) => [shapeNameOf(shape), registerStatement(shapeNameOf(shape), saveSqlOf(shape))]),
);

/**
 * Returns the statement for batches of this shape. Its parameters, in this order: instances, new agent types
 * (only with `hasNewInstances`), messages, amended messages (only with `hasAmendedMessages`), records (only
 * with `hasRecords`), notifications (only with `hasNotifications`), channel, payloads. Its rows are
 * `SavedRow`s.
 */
export const saveStatement = (shape: SaveShape): string => STATEMENTS.get(shapeNameOf(shape))!;
