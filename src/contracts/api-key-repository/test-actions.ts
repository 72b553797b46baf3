import type { UserId } from '../../domain/ids.ts';
import type { ApiKey, ApiKeyId } from '../../domain/user/api-key.ts';
import type { Revocation } from '../../ports/signals/revocations.ts';
import type { ApiKeyTarget } from '../../ports/storage/api-key-repository.ts';
import { anApiKey } from '../api-key-builder.ts';
import { NOW } from '../test-values.ts';
import type { OpenKeyStore } from './open-key-store.ts';

/**
 * Returns the actions on keys that the tests share. An action uses the first repository unless another one is
 * given.
 */
export function testActionsIn(storeUnderTest: () => OpenKeyStore) {
  const store = () => storeUnderTest().repositories[0];

  /** Saves the key. A key with the same id is replaced. */
  const save = (userId: UserId, key: ApiKey, repository = store()) =>
    repository.update({ userId, id: key.id }, () => ({ output: null, changes: key, record: null }));

  /** Builds a key and saves it. */
  const saveNewKey = async (userId: UserId, fields: Partial<ApiKey> = {}) => {
    const key = anApiKey(fields);
    await save(userId, key);
    return key;
  };

  /** Returns what an update loads. Changes nothing. */
  const load = (target: ApiKeyTarget) =>
    store().update(target, (key, record) => ({ output: { key, record }, changes: null, record: null }));

  const revoke = (userId: UserId, id: ApiKeyId, revokedAt = NOW, repository = store()) =>
    repository.update({ userId, id }, (key) => ({
      output: key,
      changes: key === null ? null : { ...key, revokedAt: key.revokedAt ?? revokedAt },
      record: null,
    }));

  /** Records the revocations of a user's keys from now on. */
  const recordRevocations = (userId: UserId) => {
    const received: Revocation[] = [];
    storeUnderTest().revocations.onRevoked((key) => {
      if (key.userId === userId) received.push(key);
    });
    return received;
  };

  return { store, save, saveNewKey, load, revoke, recordRevocations };
}
