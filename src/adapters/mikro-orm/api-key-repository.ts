import { type InferEntity, LockMode } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { type ApiKey, type ApiKeyId, becomesRevoked, type Scope } from '../../domain/api-key.ts';
import type { IdempotencyRecord } from '../../domain/idempotency.ts';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type {
  ApiKeyName,
  ApiKeyRepository,
  ApiKeyTarget,
  DecideApiKey,
  OwnedApiKey,
} from '../../ports/api-key-repository.ts';
import { storageBusy } from '../../ports/errors.ts';
import type { Revocations } from '../../ports/revocations.ts';
import type { Database } from './database.ts';
import { ConflictError, storageError } from './driver-errors.ts';
import { ApiKeyRow, IdempotencyRecordRow } from './entities.ts';
import { markUsed } from './statements/mark-used.ts';

/**
 * Decisions of one update that may meet a conflict before the caller is told to come again. Whoever lost a
 * race for a new key or record finds it the next time, so more than two take a deadlock or a stuck lock.
 */
const ATTEMPT_LIMIT = 5;

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

/** Issued keys in PostgreSQL, real or embedded. Few write them, so the ORM does, a transaction each. */
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
    const { output, revoked } = await this.#attempt((em) =>
      em.transactional((transaction) => this.#decide(transaction, target, decide)),
    );
    if (revoked.length > 0) this.#revocations.publishRevoked(revoked);
    return output;
  }

  async list(userId: UserId): Promise<readonly ApiKey[]> {
    const rows = await this.#attempt((em) =>
      em.find(ApiKeyRow, { userId }, { orderBy: { createdAt: 'desc', id: 'desc' } }),
    );
    return rows.map(keyOf);
  }

  async listAll(): Promise<readonly OwnedApiKey[]> {
    const rows = await this.#attempt((em) =>
      em.findAll(ApiKeyRow, { orderBy: { userId: 'asc', createdAt: 'desc', id: 'desc' } }),
    );
    return rows.map((row) => ({ userId: row.userId as UserId, key: keyOf(row) }));
  }

  async findByToken(
    userId: UserId,
    { id, hash }: { readonly id: string | null; readonly hash: string },
  ): Promise<ApiKey | null> {
    const either = id === null ? [{ tokenHash: hash }] : [{ id }, { tokenHash: hash }];
    const rows = await this.#attempt((em) => em.find(ApiKeyRow, { userId, $or: either }));
    const found = rows.find((row) => row.id === id) ?? rows[0];
    return found === undefined ? null : keyOf(found);
  }

  async revokedSince(time: Date): Promise<readonly ApiKeyName[]> {
    const rows = await this.#attempt((em) =>
      em.find(ApiKeyRow, { revokedAt: { $gte: time } }, { fields: ['userId', 'id'] }),
    );
    return rows.map(({ userId, id }) => ({ userId: userId as UserId, id: id as ApiKeyId }));
  }

  async markUsed(uses: readonly (ApiKeyName & { readonly usedAt: Date })[]): Promise<void> {
    if (uses.length > 0) await this.#attempt(() => markUsed(this.#database, uses));
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
    for (const payload of this.#notify?.encode(revoked) ?? []) {
      await em.execute('select pg_notify(?, ?)', [this.#notify?.channel, payload]);
    }
    return { output, revoked };
  }

  /** Each attempt has an entity manager of its own: one that failed knows what is not so. */
  async #attempt<Result>(work: (em: SqlEntityManager) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work(this.#database.orm.em.fork());
      } catch (error) {
        const meaning = storageError(error);
        if (!(meaning instanceof ConflictError)) throw meaning;
        if (attempt === ATTEMPT_LIMIT) throw storageBusy(meaning);
      }
    }
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
