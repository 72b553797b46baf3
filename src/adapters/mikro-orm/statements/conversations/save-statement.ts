import { prepared } from '../../database/prepared-statements.ts';

/** What a batch holds beside changes of instances that are there, and new messages. */
export interface SaveShape {
  readonly creates: boolean;
  readonly amends: boolean;
  readonly records: boolean;
}

/**
 * Saves a whole batch in one statement, so in one transaction and one round trip. An instance is written
 * only if it still has the version it was decided from (0: does not exist yet), and nothing of it unless
 * it is; its neighbours in the batch are saved all the same. `saved` says which ones were. A new instance
 * whose new agent type someone else has just made under another id is refused in the same way.
 *
 * The time of the start tells an instance from one of the same id that was removed before: versions begin anew.
 *
 * The input is sorted by key and joined by nested loops, so that concurrent batches lock rows in the same
 * order; what hangs on an instance refers to it by its place in the input, and "(… in …) is true" keeps
 * PostgreSQL from comparing every message with every instance (it hashes them instead). NOTIFY takes a global
 * lock at commit: once for the batch, and seen exactly when the change is.
 *
 * Only the parts that the batch needs: each part, and each policy of row level security on its table, is made ready
 * even where it finds nothing to do, and most batches are steps of instances that are there. Against one text for
 * all, one save at a time takes 8 % less, and 32 at a time 17 % less.
 */
function textOf({ creates, amends, records }: SaveShape): string {
  let parameters = 0;
  const parameter = (): string => {
    parameters += 1;
    return `$${parameters}`;
  };
  const parts = [
    `input as materialized (
      select * from json_to_recordset(${parameter()}::json) as i(
        nth int, user_id text, id uuid, base_version int, agent_type_id uuid, name text, status text,
        started_at timestamptz, ended_at timestamptz, metadata jsonb, last_position int, step_count int,
        last_read_message_id uuid, last_heartbeat_at timestamptz, last_activity_at timestamptz,
        deleted_at timestamptz, status_before_deletion text, version int, set_git_diff boolean, git_diff text)
    )`,
    `updated as (
      update agent_instances a set
        name = i.name, status = i.status, ended_at = i.ended_at, last_position = i.last_position,
        step_count = i.step_count, last_read_message_id = i.last_read_message_id,
        last_heartbeat_at = i.last_heartbeat_at, last_activity_at = i.last_activity_at, deleted_at = i.deleted_at,
        status_before_deletion = i.status_before_deletion, version = i.version,
        git_diff = case when i.set_git_diff then i.git_diff else a.git_diff end,
        git_diff_version = case when i.set_git_diff then i.version else a.git_diff_version end
      from input i
      where a.user_id = i.user_id and a.id = i.id and a.version = i.base_version and a.started_at = i.started_at
      returning i.nth
    )`,
    ...(creates ? creation(parameter()) : ['saved as (select nth from updated)']),
    `posted as (
      insert into messages (
        user_id, id, agent_instance_id, position, sender_type, content, created_at, metadata,
        requires_user_input, read_at, read_version, question_status, answer_id, question_version)
      select
        m.user_id, m.id, m.agent_instance_id, m.position, m.sender_type, m.content, m.created_at, m.metadata,
        m.requires_user_input, m.read_at, m.read_version, m.question_status, m.answer_id, m.question_version
      from json_to_recordset(${parameter()}::json) as m(
        instance int, user_id text, id uuid, agent_instance_id uuid, position int, sender_type text, content text,
        created_at timestamptz, metadata jsonb, requires_user_input boolean, read_at timestamptz,
        read_version int, question_status text, answer_id uuid, question_version int)
      where (m.instance in (select nth from saved)) is true
    )`,
    ...(amends ? [amendment(parameter())] : []),
    ...(records ? [recording(parameter())] : []),
  ];
  return `with ${parts.join(', ')}
    select nth, (select count(pg_notify(${parameter()}, payload)) from unnest(${parameter()}::text[]) as payload) as signals
    from saved`;
}

const creation = (newTypes: string): readonly string[] => [
  `new_types as (
    insert into agent_types (user_id, id, name, created_at)
    select * from json_to_recordset(${newTypes}::json) as y(user_id text, id uuid, name text, created_at timestamptz)
    on conflict do nothing
    returning user_id, id
  )`,
  `created as (
    insert into agent_instances (
      user_id, id, agent_type_id, name, status, started_at, ended_at, metadata, last_position, step_count,
      last_read_message_id, last_heartbeat_at, last_activity_at, version, git_diff, git_diff_version)
    select
      user_id, id, agent_type_id, name, status, started_at, ended_at, metadata, last_position, step_count,
      last_read_message_id, last_heartbeat_at, last_activity_at, version, git_diff,
      case when set_git_diff then version else 0 end
    from input i
    where base_version = 0
      and coalesce(
        (select true from agent_types y where y.user_id = i.user_id and y.id = i.agent_type_id limit 1),
        (select true from new_types y where y.user_id = i.user_id and y.id = i.agent_type_id limit 1))
    on conflict (user_id, id) do nothing
    returning user_id, id
  )`,
  `saved as (
    select nth from updated
    union all
    select i.nth from created c join input i on i.user_id = c.user_id and i.id = c.id
  )`,
];

const amendment = (amended: string): string => `amended as (
  update messages m set
    requires_user_input = c.requires_user_input, read_at = c.read_at, read_version = c.read_version,
    question_status = c.question_status, answer_id = c.answer_id, question_version = c.question_version
  from json_to_recordset(${amended}::json) as c(
    instance int, user_id text, id uuid, requires_user_input boolean, read_at timestamptz,
    read_version int, question_status text, answer_id uuid, question_version int)
  where m.user_id = c.user_id and m.id = c.id and (c.instance in (select nth from saved)) is true
)`;

const recording = (records: string): string => `recorded as (
  insert into idempotency_records (user_id, key, fingerprint, answer, recorded_at)
  select r.user_id, r.key, r.fingerprint, r.answer, r.recorded_at
  from json_to_recordset(${records}::json) as r(
    instance int, user_id text, key text, fingerprint text, answer text, recorded_at timestamptz)
  where r.instance is null or r.instance in (select nth from saved)
)`;

const nameOf = ({ creates, amends, records }: SaveShape): string =>
  `save_changes${creates ? '_c' : ''}${amends ? '_a' : ''}${records ? '_r' : ''}`;

const EITHER = [false, true];
/** One text for each shape, so that each is planned once a connection. */
const STATEMENTS = new Map(
  EITHER.flatMap((creates) =>
    EITHER.flatMap((amends) =>
      EITHER.map((records): [string, string] => {
        const shape = { creates, amends, records };
        return [nameOf(shape), prepared(nameOf(shape), textOf(shape))];
      }),
    ),
  ),
);

/**
 * The statement for batches of this shape. Its parameters, as far as the shape has them: instances, new agent types,
 * messages, amended messages, records, channel, payloads.
 */
export const saveStatement = (shape: SaveShape): string => STATEMENTS.get(nameOf(shape))!;
