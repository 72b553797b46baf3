import type { UserId } from '../../../../domain/ids.ts';
import type { UserDeletion } from '../../../../domain/user/user-deletion.ts';
import type { DeletedUser, Holdings } from '../../../../ports/storage/data-removal.ts';
import type { Database } from '../../database/database.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';
import { time } from '../rows.ts';

/** Positions have no gaps, so the last ones say how many messages there are without reading any. */
const HOLDINGS = `
  select
    (select count(*)::int from agent_types where user_id = $1) as "agentTypes",
    (select count(*)::int from agent_instances where user_id = $1) as "agentInstances",
    (select coalesce(sum(last_position), 0)::int from agent_instances where user_id = $1) as messages,
    (select count(*)::int from api_keys where user_id = $1) as "apiKeys"`;

const NOTE = `
  with noted as (
    insert into deleted_users (user_id, begun_at, finished_at) values ($1, $2, $3)
    on conflict (user_id) do update set
      begun_at = case when $3::timestamptz is null then excluded.begun_at else deleted_users.begun_at end,
      finished_at = excluded.finished_at)
  select count(pg_notify($4, payload)) from unnest($5::text[]) as payload`;

const COLUMNS = `user_id, date_part('epoch', begun_at) as begun_at, date_part('epoch', finished_at) as finished_at`;
const FIND = `select ${COLUMNS} from deleted_users where user_id = $1`;
const UNFINISHED = `select ${COLUMNS} from deleted_users where finished_at is null order by begun_at`;

interface Row {
  readonly user_id: UserId;
  readonly begun_at: number;
  readonly finished_at: number | null;
}

export async function holdings(database: Database, userId: UserId): Promise<Holdings> {
  const [row] = await database.query<Holdings>([userId], HOLDINGS, [userId]);
  return row!;
}

export interface NotedDeletion {
  readonly time: Date;
  /** Whether it ends at that time; else it begins. */
  readonly isFinished: boolean;
  readonly channel: string;
  readonly payloads: readonly string[];
}

export async function noteDeletion(
  database: Database,
  userId: UserId,
  { time, isFinished, channel, payloads }: NotedDeletion,
): Promise<void> {
  const noted = time.toISOString();
  await database.query([userId], NOTE, [userId, noted, isFinished ? noted : null, channel, payloads]);
}

export async function findDeletion(database: Database, userId: UserId): Promise<UserDeletion | null> {
  const [row] = await database.query<Row>([userId], FIND, [userId]);
  return row === undefined ? null : deletionOf(row);
}

export async function unfinishedDeletions(database: Database): Promise<DeletedUser[]> {
  const rows = await database.query<Row>(MAINTENANCE, UNFINISHED, []);
  return rows.map((row) => ({ userId: row.user_id, ...deletionOf(row) }));
}

const deletionOf = ({ begun_at, finished_at }: Row): UserDeletion => ({
  begunAt: time(begun_at),
  finishedAt: finished_at === null ? null : time(finished_at),
});
