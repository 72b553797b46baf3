import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '../../../domain/ids.ts';
import { type ApiKey, becomesRevoked } from '../../../domain/user/api-key.ts';
import type { Revocations, Revoked } from '../../../ports/signals/revocations.ts';
import type {
  ApiKeyName,
  ApiKeyRepository,
  ApiKeyTarget,
  DecideApiKey,
  OwnedApiKey,
} from '../../../ports/storage/api-key-repository.ts';
import type { Database } from '../database/database.ts';
import { retryOnConflict } from '../database/retry-on-conflict.ts';
import { tablesOf } from '../database/tables.ts';
import { ApiKeyRow, IdempotencyRecordRow } from '../schema/entities.ts';
import { markUsed } from '../statements/users/mark-used.ts';
import {
  apiKeyOf,
  findByToken,
  listAllApiKeys,
  listApiKeys,
  revokedSince,
} from '../statements/users/read-api-keys.ts';

export interface NotifyRevokedOptions {
  readonly channel: string;
  /** Texts of under 8,000 bytes each, PostgreSQL's limit for one notification. */
  readonly encode: (keys: readonly ApiKeyName[]) => readonly string[];
}

export interface ApiKeyRepositoryOptions {
  readonly database: Database;
  /** Told of every key that this process has revoked. */
  readonly revocations: Revocations;
  /** How other processes on the database are told; none where there are none. */
  readonly notify?: NotifyRevokedOptions | null;
}

/**
 * API keys in PostgreSQL, real or embedded. They change seldom, so each write is one transaction of the ORM.
 * The reads are one statement each.
 */
export class MikroOrmApiKeyRepository implements ApiKeyRepository {
  readonly #database: Database;
  readonly #revocations: Revocations;
  readonly #notify: NotifyRevokedOptions | null;

  constructor({ database, revocations, notify = null }: ApiKeyRepositoryOptions) {
    this.#database = database;
    this.#revocations = revocations;
    this.#notify = notify;
  }

  async update<Output>(target: ApiKeyTarget, decide: DecideApiKey<Output>): Promise<Output> {
    // Each attempt has its own entity manager: after a failure its entities are out of date.
    const { output, revoked } = await retryOnConflict(() =>
      this.#database.transaction([target.userId], (em) => this.#decide(em, target, decide)),
    );
    if (revoked.length > 0) this.#revocations.publishRevoked(revoked);
    return output;
  }

  list(userId: UserId): Promise<readonly ApiKey[]> {
    return listApiKeys(this.#database, userId);
  }

  listAll(): Promise<readonly OwnedApiKey[]> {
    return listAllApiKeys(this.#database);
  }

  findByToken(
    userId: UserId,
    token: { readonly id: string | null; readonly hash: string },
  ): Promise<ApiKey | null> {
    return findByToken(this.#database, userId, token);
  }

  revokedSince(time: Date): Promise<readonly Revoked[]> {
    return revokedSince(this.#database, time);
  }

  async markUsed(uses: readonly (ApiKeyName & { readonly usedAt: Date })[]): Promise<void> {
    if (uses.length > 0) await retryOnConflict(() => markUsed(this.#database, uses));
  }

  async #decide<Output>(
    em: SqlEntityManager,
    { userId, id, idempotencyKey: key = null }: ApiKeyTarget,
    decide: DecideApiKey<Output>,
  ): Promise<{ output: Output; revoked: readonly ApiKeyName[] }> {
    const tables = tablesOf(em);
    const row = await tables
      .selectFrom('api_keys')
      .selectAll()
      .where('userId', '=', userId)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    // Only now: the transaction that held the lock may have written the record as well.
    const known =
      key === null
        ? undefined
        : await tables
            .selectFrom('idempotency_records')
            .select(['fingerprint', 'answer', 'recordedAt'])
            .where('userId', '=', userId)
            .where('key', '=', key)
            .executeTakeFirst();
    const before = row === undefined ? null : apiKeyOf(row);
    const { output, changes, record } = decide(before, known ?? null);

    // Never an upsert: a row that another process has written in the meantime must be read first.
    if (changes !== null && before === null) await em.insert(ApiKeyRow, { userId, ...changes });
    if (changes !== null && before !== null) await em.nativeUpdate(ApiKeyRow, { userId, id }, changes);
    if (record !== null && key !== null) await em.insert(IdempotencyRecordRow, { userId, key, ...record });
    const revoked = changes !== null && becomesRevoked(before, changes) ? [{ userId, id }] : [];
    for (const payload of this.#notify?.encode(revoked) ?? []) {
      await em.execute('select pg_notify(?, ?)', [this.#notify?.channel, payload]);
    }
    return { output, revoked };
  }
}
