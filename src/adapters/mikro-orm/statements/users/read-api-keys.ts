import type { AgentInstanceId, UserId } from '../../../../domain/ids.ts';
import type { ApiKey, ApiKeyId, Scope } from '../../../../domain/user/api-key.ts';
import { tokensRefusedBefore } from '../../../../domain/user/user-deletion.ts';
import type { Revoked } from '../../../../ports/signals/revocations.ts';
import type { OwnedApiKey } from '../../../../ports/storage/api-key-repository.ts';
import type { Database } from '../../database/database.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';
import { time } from '../rows.ts';

/** A key of `api_keys k`, as one JSON value. */
const API_KEY_JSON = `json_build_object(
  'id', k.id, 'name', k.name, 'scope', k.scope, 'agentInstanceId', k.agent_instance_id,
  'tokenHash', k.token_hash, 'createdAt', k.created_at, 'expiresAt', k.expires_at,
  'lastUsedAt', k.last_used_at, 'revokedAt', k.revoked_at)`;

const LIST = `
  select ${API_KEY_JSON} as key from api_keys k
  where k.user_id = $1
  order by k.created_at desc, k.id desc`;

const LIST_ALL = `
  select k.user_id, ${API_KEY_JSON} as key from api_keys k
  order by k.user_id, k.created_at desc, k.id desc`;

/** "is true", because nothing is equal to the id that a token lacks. */
const FIND_BY_TOKEN = `
  select ${API_KEY_JSON} as key from api_keys k
  where k.user_id = $1 and (k.id = $2 or k.token_hash = $3)
  order by (k.id = $2) is true desc
  limit 1`;

const REVOKED_SINCE = `
  select user_id, id, null as begun_at, null as finished_at from api_keys where revoked_at >= $1
  union all
  select user_id, null, date_part('epoch', begun_at), date_part('epoch', finished_at) from deleted_users
  where finished_at is null or finished_at >= $1`;

interface KeyRow {
  readonly key: ApiKeyJson;
}

interface ApiKeyJson {
  readonly id: ApiKeyId;
  readonly name: string;
  readonly scope: Scope;
  readonly agentInstanceId: AgentInstanceId | null;
  readonly tokenHash: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

/** A user's keys, the newest first. */
export async function listApiKeys(database: Database, userId: UserId): Promise<ApiKey[]> {
  const rows = await database.query<KeyRow>([userId], LIST, [userId]);
  return rows.map(({ key }) => apiKeyOf(key));
}

/** Everybody's keys, user by user. */
export async function listAllApiKeys(database: Database): Promise<OwnedApiKey[]> {
  const rows = await database.query<KeyRow & { user_id: UserId }>(MAINTENANCE, LIST_ALL, []);
  return rows.map(({ user_id, key }) => ({ userId: user_id, key: apiKeyOf(key) }));
}

/** The user's key of this id, else the one of this hash, or null. */
export async function findByToken(
  database: Database,
  userId: UserId,
  { id, hash }: { readonly id: string | null; readonly hash: string },
): Promise<ApiKey | null> {
  const [row] = await database.query<KeyRow>([userId], FIND_BY_TOKEN, [userId, id, hash]);
  return row === undefined ? null : apiKeyOf(row.key);
}

/** The keys of all users that were revoked at `time` or later, and the users who were deleted. */
export async function revokedSince(database: Database, since: Date): Promise<Revoked[]> {
  const rows = await database.query<RevokedRow>(MAINTENANCE, REVOKED_SINCE, [since.toISOString()]);
  return rows.map((row) => {
    const { user_id: userId, id, begun_at, finished_at } = row;
    if (id !== null) return { userId, id };
    const finishedAt = finished_at === null ? null : time(finished_at);
    return { userId, id, issuedBefore: tokensRefusedBefore({ begunAt: time(begun_at!), finishedAt }) };
  });
}

interface RevokedRow {
  readonly user_id: UserId;
  /** null: the row is about the user. */
  readonly id: ApiKeyId | null;
  readonly begun_at: number | null;
  readonly finished_at: number | null;
}

const apiKeyOf = (json: ApiKeyJson): ApiKey => ({
  ...json,
  createdAt: new Date(json.createdAt),
  expiresAt: timeOf(json.expiresAt),
  lastUsedAt: timeOf(json.lastUsedAt),
  revokedAt: timeOf(json.revokedAt),
});

const timeOf = (text: string | null): Date | null => (text === null ? null : new Date(text));
