import { sql } from 'kysely';
import type { UserId } from '../../../../domain/ids.ts';
import type { ApiKey } from '../../../../domain/user/api-key.ts';
import { tokensRefusedBefore } from '../../../../domain/user/user-deletion.ts';
import type { Revocation } from '../../../../ports/signals/revocations.ts';
import type { OwnedApiKey } from '../../../../ports/storage/api-key-repository.ts';
import type { Database } from '../../database/database.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';
import type { Row } from '../../schema/columns.ts';
import type { ApiKeyRow } from '../../schema/entities.ts';

/** Reads a user's keys, the newest first. */
export async function listApiKeys(database: Database, userId: UserId): Promise<ApiKey[]> {
  const rows = await database.execute([userId], (tables) =>
    tables
      .selectFrom('api_keys')
      .selectAll()
      .where('userId', '=', userId)
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc'),
  );
  return rows.map(apiKeyOf);
}

/** Reads the keys of all users, user by user. */
export async function listAllApiKeys(database: Database): Promise<OwnedApiKey[]> {
  const rows = await database.execute(MAINTENANCE, (tables) =>
    tables
      .selectFrom('api_keys')
      .selectAll()
      .orderBy('userId')
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc'),
  );
  return rows.map((row) => ({ userId: row.userId, key: apiKeyOf(row) }));
}

/** Reads the user's key with this id or, if there is none, the one with this hash. */
export async function findByToken(
  database: Database,
  userId: UserId,
  { id, hash }: { readonly id: string | null; readonly hash: string },
): Promise<ApiKey | null> {
  // There are at most two rows: the id and the hash are each unique for a user.
  const rows = await database.execute([userId], (tables) =>
    tables
      .selectFrom('api_keys')
      .selectAll()
      .where('userId', '=', userId)
      .where((eb) => eb.or([eb('id', '=', id as ApiKey['id']), eb('tokenHash', '=', hash)])),
  );
  const row = rows.find((found) => found.id === id) ?? rows[0];
  return row === undefined ? null : apiKeyOf(row);
}

/**
 * Reads the keys of all users that were revoked at `since` or later, and the deleted users, in one round
 * trip.
 */
export async function revokedSince(database: Database, since: Date): Promise<Revocation[]> {
  const rows = await database.execute(MAINTENANCE, (tables) =>
    tables
      .selectFrom('api_keys')
      .select(['userId', 'id'])
      .select([
        sql<Date | null>`null::timestamptz`.as('begunAt'),
        sql<Date | null>`null::timestamptz`.as('finishedAt'),
      ])
      .where('revokedAt', '>=', since)
      .unionAll(
        tables
          .selectFrom('deleted_users')
          .select(['userId', sql<ApiKey['id']>`null`.as('id'), 'begunAt', 'finishedAt'])
          .where((eb) => eb.or([eb('finishedAt', 'is', null), eb('finishedAt', '>=', since)])),
      ),
  );
  return rows.map(({ userId, id, begunAt, finishedAt }) =>
    begunAt === null
      ? { userId, id }
      : { userId, id: null, issuedBefore: tokensRefusedBefore({ begunAt, finishedAt }) },
  );
}

/** Returns the key without its user. */
export function apiKeyOf({ userId: _, ...key }: Row<typeof ApiKeyRow>): ApiKey {
  return key;
}
