import type { UserId } from '../../domain/ids.ts';
import { type ApiKey, isNewlyRevoked } from '../../domain/user/api-key.ts';
import { tokensRefusedBefore } from '../../domain/user/user-deletion.ts';
import { storageBusy } from '../../ports/errors.ts';
import type { Revocation, Revocations } from '../../ports/signals/revocations.ts';
import type {
  ApiKeyRef,
  ApiKeyRepository,
  ApiKeyTarget,
  DecideApiKey,
  OwnedApiKey,
} from '../../ports/storage/api-key-repository.ts';
import { UserData } from './user-data.ts';

/** Stores API keys beside the user's agent instances. It copies all values that it stores or returns. */
export class InMemoryApiKeyRepository implements ApiKeyRepository {
  readonly #users: Map<UserId, UserData>;
  readonly #revocations: Revocations;

  /** @param repository the repository of agent instances. Both share the users and idempotency records. */
  constructor(repository: { readonly users: Map<UserId, UserData> }, revocations: Revocations) {
    this.#users = repository.users;
    this.#revocations = revocations;
  }

  async update<Output>(target: ApiKeyTarget, decide: DecideApiKey<Output>): Promise<Output> {
    const { userId, id, idempotencyKey = null } = target;
    const user = this.#users.get(userId) ?? new UserData();
    const key = user.apiKeys.get(id) ?? null;
    const storedRecord =
      idempotencyKey === null ? null : (user.idempotencyRecords.get(idempotencyKey) ?? null);
    const { output, changes, record } = decide(structuredClone(key), structuredClone(storedRecord));

    // The idempotency key has a record already, or another key has this token. Deciding again would give the
    // same result, so the update fails as it does in a database.
    if (record !== null && storedRecord !== null) throw storageBusy();
    if (changes !== null && isHashTaken(user, changes)) throw storageBusy();
    if (changes !== null || record !== null) this.#users.set(userId, user);
    if (changes !== null) user.apiKeys.set(id, structuredClone(changes));
    if (record !== null && idempotencyKey !== null)
      user.idempotencyRecords.set(idempotencyKey, structuredClone(record));
    if (changes !== null && isNewlyRevoked(key, changes)) this.#revocations.publishRevoked([{ userId, id }]);
    return output;
  }

  async list(userId: UserId): Promise<readonly ApiKey[]> {
    return structuredClone([...(this.#users.get(userId)?.apiKeys.values() ?? [])].sort(newestFirst));
  }

  async listAll(): Promise<readonly OwnedApiKey[]> {
    const users = [...this.#users.keys()].sort(byBytes);
    const lists = users.map(async (userId) => (await this.list(userId)).map((key) => ({ userId, key })));
    return (await Promise.all(lists)).flat();
  }

  async findByToken(
    userId: UserId,
    { id, hash }: { readonly id: string | null; readonly hash: string },
  ): Promise<ApiKey | null> {
    const keys = [...(this.#users.get(userId)?.apiKeys.values() ?? [])];
    const found = keys.find((key) => key.id === id) ?? keys.find(({ tokenHash }) => tokenHash === hash);
    return structuredClone(found ?? null);
  }

  async revokedSince(since: Date): Promise<readonly Revocation[]> {
    const revoked: Revocation[] = [];
    for (const [userId, { apiKeys, deletion }] of this.#users) {
      if (deletion !== null && (deletion.finishedAt === null || deletion.finishedAt >= since)) {
        revoked.push({ userId, id: null, issuedBefore: tokensRefusedBefore(deletion) });
      }
      for (const { id, revokedAt } of apiKeys.values()) {
        if (revokedAt !== null && revokedAt >= since) revoked.push({ userId, id });
      }
    }
    return revoked;
  }

  async markUsed(uses: readonly (ApiKeyRef & { readonly usedAt: Date })[]): Promise<void> {
    for (const { userId, id, usedAt } of uses) {
      const apiKeys = this.#users.get(userId)?.apiKeys;
      const key = apiKeys?.get(id);
      if (key === undefined || (key.lastUsedAt !== null && key.lastUsedAt >= usedAt)) continue;
      apiKeys?.set(id, { ...key, lastUsedAt: structuredClone(usedAt) });
    }
  }
}

const isHashTaken = ({ apiKeys }: UserData, { id, tokenHash }: ApiKey): boolean =>
  [...apiKeys.values()].some((other) => other.id !== id && other.tokenHash === tokenHash);

const newestFirst = (a: ApiKey, b: ApiKey): number =>
  b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1);

/** Compares by bytes, as a database does. `<` would compare UTF-16 code units. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
