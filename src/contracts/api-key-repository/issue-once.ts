import { type Idempotency, type IdempotencyRecord, recordedAnswer } from '../../domain/idempotency.ts';
import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyRepository } from '../../ports/storage/api-key-repository.ts';
import { anApiKey } from '../api-key-builder.ts';
import { NOW } from '../test-values.ts';

export const requestOf = (key: string): Idempotency => ({
  key,
  fingerprint: 'issue laptop',
  requestedAt: NOW,
});

export const recordOf = (answer: string, fingerprint = 'a request'): IdempotencyRecord => ({
  fingerprint,
  answer,
  recordedAt: NOW,
});

/**
 * Issues a key once for each idempotency key, as a use case does. Returns the id from the record for a
 * repeat.
 */
export function issueOnce(userId: UserId, request: Idempotency, repository: ApiKeyRepository) {
  const key = anApiKey();
  return repository.update({ userId, id: key.id, idempotencyKey: request.key }, (_, record) => {
    const answered = recordedAnswer(request, record);
    if (answered !== null) return { output: answered, changes: null, record: null };
    return { output: key.id, changes: key, record: recordOf(key.id, request.fingerprint) };
  });
}
