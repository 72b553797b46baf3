import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import type {
  AuthorizationRecord,
  AuthorizationRecordKey,
  AuthorizationRepository,
} from '../../ports/storage/authorization-repository.ts';

/** Keeps the records of an authorization server. It copies all values that it stores or returns. */
export class InMemoryAuthorizationRepository implements AuthorizationRepository {
  readonly #records = new Map<string, AuthorizationRecord>();

  async save(record: Omit<AuthorizationRecord, 'usedAt'>): Promise<void> {
    const usedAt = this.#records.get(keyOf(record))?.usedAt ?? null;
    this.#records.set(keyOf(record), structuredClone({ ...record, usedAt }));
  }

  async find(key: AuthorizationRecordKey): Promise<AuthorizationRecord | null> {
    return structuredClone(this.#records.get(keyOf(key)) ?? null);
  }

  async findByUserCode(kind: string, userCodeHash: string): Promise<AuthorizationRecord | null> {
    const found = [...this.#records.values()].find(
      (record) => record.kind === kind && record.userCodeHash === userCodeHash,
    );
    return structuredClone(found ?? null);
  }

  async use(key: AuthorizationRecordKey, time: Date): Promise<boolean> {
    const record = this.#records.get(keyOf(key));
    if (record === undefined || record.usedAt !== null) return false;
    this.#records.set(keyOf(key), { ...record, usedAt: structuredClone(time) });
    return true;
  }

  async prolong(key: AuthorizationRecordKey, expiresAt: Date): Promise<void> {
    const record = this.#records.get(keyOf(key));
    if (record !== undefined && record.expiresAt < expiresAt)
      this.#records.set(keyOf(key), { ...record, expiresAt: structuredClone(expiresAt) });
  }

  async delete(key: AuthorizationRecordKey): Promise<void> {
    this.#records.delete(keyOf(key));
  }

  async deleteByGrant(grantId: ApiKeyId): Promise<void> {
    this.#deleteIf((record) => record.grantId === grantId);
  }

  /** Deletes all records of a user. */
  deleteOfUser(userId: UserId): void {
    this.#deleteIf((record) => record.userId === userId);
  }

  async deleteExpired(time: Date): Promise<number> {
    return this.#deleteIf(({ expiresAt }) => expiresAt < time);
  }

  #deleteIf(shouldDelete: (record: AuthorizationRecord) => boolean): number {
    const keys = [...this.#records].filter(([, record]) => shouldDelete(record)).map(([key]) => key);
    for (const key of keys) this.#records.delete(key);
    return keys.length;
  }
}

const keyOf = ({ kind, idHash }: AuthorizationRecordKey): string => JSON.stringify([kind, idHash]);
