import { createHash } from 'node:crypto';
import { newApiKeyId } from '../../application/admin/issue-api-key.ts';
import type { UserId } from '../../domain/ids.ts';
import {
  type ApiKey,
  type ApiKeyId,
  type ConnectedClient,
  grantApiKey,
  isValidApiKey,
  revokeApiKey,
} from '../../domain/user/api-key.ts';
import { prolongApiKey } from '../../domain/user/connected-client.ts';
import type { Clock } from '../../ports/runtime.ts';
import type { ApiKeyRepository } from '../../ports/storage/api-key-repository.ts';

export interface NewGrant {
  readonly userId: UserId;
  readonly name: string;
  readonly client: ConnectedClient;
  readonly expiresInSeconds: number;
}

/**
 * What people allow programs to do. Each grant is an API key, which is listed and revoked like all others.
 * The access tokens of a grant name its key, so they end with it.
 */
export class Grants {
  readonly #apiKeys: ApiKeyRepository;
  readonly #clock: Clock;

  constructor({ apiKeys, clock }: { readonly apiKeys: ApiKeyRepository; readonly clock: Clock }) {
    this.#apiKeys = apiKeys;
    this.#clock = clock;
  }

  list(userId: UserId): Promise<readonly ApiKey[]> {
    return this.#apiKeys.list(userId);
  }

  async create({ userId, name, client, expiresInSeconds }: NewGrant): Promise<ApiKeyId> {
    const id = newApiKeyId();
    const key = grantApiKey({
      ...{ id, name, client, expiresInSeconds, agentInstanceId: null, now: this.#clock.now() },
      scope: client.scopes.includes('dashboard') ? 'dashboard' : 'agent',
    });
    // A grant has many tokens, and none of them is stored. The hash only has to be unique.
    const tokenHash = createHash('sha256').update(`grant ${id}`).digest('base64url');
    await this.#apiKeys.update({ userId, id }, () => ({
      output: null,
      changes: { ...key, tokenHash },
      record: null,
    }));
    return id;
  }

  async isValid(userId: UserId, id: ApiKeyId): Promise<boolean> {
    const key = await this.#apiKeys.findByToken(userId, { id, hash: '' });
    return key !== null && isValidApiKey(key, this.#clock.now());
  }

  async prolong(userId: UserId, id: ApiKeyId, expiresAt: Date): Promise<void> {
    await this.#apiKeys.update({ userId, id }, (key) => ({
      output: null,
      changes: prolongApiKey(key, expiresAt),
      record: null,
    }));
  }

  /** Does nothing if the grant does not exist any more. */
  async revoke(userId: UserId, id: ApiKeyId): Promise<void> {
    await this.#apiKeys.update({ userId, id }, (key) => ({
      output: null,
      changes: key && revokeApiKey(key, this.#clock.now()),
      record: null,
    }));
  }
}
