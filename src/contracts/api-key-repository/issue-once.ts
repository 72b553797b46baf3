import { type Idempotency, type IdempotencyRecord, recordedAnswer } from '../../domain/idempotency.ts';
import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyRepository } from '../../ports/storage/api-key-repository.ts';
import { anApiKey } from '../api-key-builder.ts';
import { NOW } from '../test-values.ts';

/** Returns a request with this idempotency key. */
export const requestOf = (key: string): Idempotency => ({
  key,
  fingerprint: 'issue laptop',
  requestedAt: NOW,
});

/** Returns a record with this answer. */
export const recordOf = (answer: string, fingerprint = 'a request'): IdempotencyRecord => ({
  fingerprint,
  answer,
  recordedAt: NOW,
});

/**
 * Issues an API key, as a use case does, and returns its id. For a repeated request it returns the recorded
 * id and issues nothing.
 */
export function issueOnce(userId: UserId, request: Idempotency, repository: ApiKeyRepository) {
  const key = anApiKey();
  return repository.update({ userId, id: key.id, idempotencyKey: request.key }, (_, record) => {
    const recordedId = recordedAnswer(request, record);
    if (recordedId !== null) return { output: recordedId, changes: null, record: null };
    return { output: key.id, changes: key, record: recordOf(key.id, request.fingerprint) };
  });
}
