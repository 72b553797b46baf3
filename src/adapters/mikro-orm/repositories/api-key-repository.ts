import { type InferEntity, LockMode } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { IdempotencyRecord } from '../../../domain/idempotency.ts';
import type { AgentInstanceId, UserId } from '../../../domain/ids.ts';
import { type ApiKey, type ApiKeyId, becomesRevoked, type Scope } from '../../../domain/user/api-key.ts';
import type { Revoked } from '../../../ports/signals/revocations.ts';
import type { StoreSignals } from '../../../ports/signals/store-signals.ts';
import type {
  ApiKeyName,
  ApiKeyRepository,
  ApiKeyTarget,
  DecideApiKey,
  OwnedApiKey,
} from '../../../ports/storage/api-key-repository.ts';
import type { Database } from '../database/database.ts';
import { retryOnConflict } from '../database/retry-on-conflict.ts';
import { ApiKeyRow, IdempotencyRecordRow } from '../schema/entities.ts';
import { markUsed } from '../statements/users/mark-used.ts';
import { findByToken, listAllApiKeys, listApiKeys, revokedSince } from '../statements/users/read-api-keys.ts';

export interface ApiKeyRepositoryOptions {
  readonly database: Database;
  /** Every revoked key is published to it. */
  readonly signals: Pick<StoreSignals, 'publishRevoked' | 'databaseNotification'>;
}

/**
 * Issued keys in PostgreSQL, real or embedded. They change seldom, so the ORM writes them, in a transaction of
 * their own each; what verifying tokens asks for all day is one plain statement.
 */
export class MikroOrmApiKeyRepository implements ApiKeyRepository {
  readonly #database: Database;
  readonly #signals: ApiKeyRepositoryOptions['signals'];

  constructor({ database, signals }: ApiKeyRepositoryOptions) {
    this.#database = database;
    this.#signals = signals;
  }

  async update<Output>(target: ApiKeyTarget, decide: DecideApiKey<Output>): Promise<Output> {
    // An entity manager for each attempt: one that failed knows what is not so.
    const { output, revoked } = await retryOnConflict(() =>
      this.#database.transaction([target.userId], (em) => this.#decide(em, target, decide)),
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
    const row = await em.findOne(ApiKeyRow, { userId, id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    // Only now: whoever held the lock may have written the record as well.
    const known = key === null ? null : await em.findOne(IdempotencyRecordRow, { userId, key });
    const before = row === null ? null : keyOf(row);
    const { output, changes, record } = decide(before, known === null ? null : recordOf(known));

    // Inserted, never upserted: what somebody else has written meanwhile has to be looked at first.
    if (changes !== null && row === null) await em.insert(ApiKeyRow, { userId, ...changes });
    if (changes !== null && row !== null) await em.nativeUpdate(ApiKeyRow, { userId, id }, changes);
    if (record !== null && key !== null) await em.insert(IdempotencyRecordRow, { userId, key, ...record });
    const revoked = changes !== null && becomesRevoked(before, changes) ? [{ userId, id }] : [];
    const notification = this.#signals.databaseNotification;
    for (const payload of notification?.encodeRevoked(revoked) ?? []) {
      await em.execute('select pg_notify(?, ?)', [notification?.channel, payload]);
    }
    return { output, revoked };
  }
}

const keyOf = (row: InferEntity<typeof ApiKeyRow>): ApiKey => ({
  id: row.id as ApiKeyId,
  name: row.name,
  scope: row.scope as Scope,
  agentInstanceId: (row.agentInstanceId ?? null) as AgentInstanceId | null,
  tokenHash: row.tokenHash,
  createdAt: row.createdAt,
  expiresAt: row.expiresAt ?? null,
  lastUsedAt: row.lastUsedAt ?? null,
  revokedAt: row.revokedAt ?? null,
});

const recordOf = (row: InferEntity<typeof IdempotencyRecordRow>): IdempotencyRecord => ({
  fingerprint: row.fingerprint,
  answer: row.answer,
  recordedAt: row.recordedAt,
});
