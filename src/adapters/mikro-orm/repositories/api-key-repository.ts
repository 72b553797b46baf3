import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '../../../domain/ids.ts';
import { type ApiKey, isNewlyRevoked } from '../../../domain/user/api-key.ts';
import type { Revocation } from '../../../ports/signals/revocations.ts';
import type { StoreSignals } from '../../../ports/signals/store-signals.ts';
import type {
  ApiKeyRef,
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

export interface ApiKeyRepositoryOptions {
  readonly database: Database;
  /** Receives every revoked key. */
  readonly signals: Pick<StoreSignals, 'publishRevoked' | 'databaseNotification'>;
}

/**
 * Stores API keys in PostgreSQL or PGlite. They seldom change, so each write is one transaction of the ORM.
 * Each read is one statement.
 */
export class MikroOrmApiKeyRepository implements ApiKeyRepository {
  readonly #database: Database;
  readonly #signals: ApiKeyRepositoryOptions['signals'];

  constructor({ database, signals }: ApiKeyRepositoryOptions) {
    this.#database = database;
    this.#signals = signals;
  }

  async update<Output>(target: ApiKeyTarget, decide: DecideApiKey<Output>): Promise<Output> {
    // Each attempt has its own entity manager: after a failure its entities are out of date.
    const { output, revoked } = await retryOnConflict(() =>
      this.#database.transaction([target.userId], (em) => this.#updateInTransaction(em, target, decide)),
    );
    if (revoked.length > 0) this.#signals.publishRevoked(revoked);
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

  revokedSince(time: Date): Promise<readonly Revocation[]> {
    return revokedSince(this.#database, time);
  }

  async markUsed(uses: readonly (ApiKeyRef & { readonly usedAt: Date })[]): Promise<void> {
    if (uses.length > 0) await retryOnConflict(() => markUsed(this.#database, uses));
  }

  async #updateInTransaction<Output>(
    em: SqlEntityManager,
    { userId, id, idempotencyKey: key = null }: ApiKeyTarget,
    decide: DecideApiKey<Output>,
  ): Promise<{ output: Output; revoked: readonly ApiKeyRef[] }> {
    const tables = tablesOf(em);
    const row = await tables
      .selectFrom('api_keys')
      .selectAll()
      .where('userId', '=', userId)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    // The record is read after the lock: another transaction that had the lock may have written it.
    const storedRecord =
      key === null
        ? undefined
        : await tables
            .selectFrom('idempotency_records')
            .select(['fingerprint', 'answer', 'recordedAt'])
            .where('userId', '=', userId)
            .where('key', '=', key)
            .executeTakeFirst();
    const before = row === undefined ? null : apiKeyOf(row);
    const { output, changes, record } = decide(before, storedRecord ?? null);

    // An insert and no upsert: if another process has just written this row, the insert must fail, so that
    // the next attempt reads the row before it decides.
    if (changes !== null && before === null) await em.insert(ApiKeyRow, { userId, ...changes });
    if (changes !== null && before !== null) await em.nativeUpdate(ApiKeyRow, { userId, id }, changes);
    if (record !== null && key !== null) await em.insert(IdempotencyRecordRow, { userId, key, ...record });
    const revoked = changes !== null && isNewlyRevoked(before, changes) ? [{ userId, id }] : [];
    const notification = this.#signals.databaseNotification;
    for (const payload of notification?.encodeRevoked(revoked) ?? []) {
      await em.execute('select pg_notify(?, ?)', [notification?.channel, payload]);
    }
    return { output, revoked };
  }
}
