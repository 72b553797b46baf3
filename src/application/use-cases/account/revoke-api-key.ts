import * as v from 'valibot';
import { apiKeyId, revokeApiKey as decideRevocation } from '../../../domain/user/api-key.ts';
import { requireApiKeys } from '../../admin/issue-api-key.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';

/**
 * Revokes a key of the calling user, which may be the key of the current token. Revoking it again changes
 * nothing.
 */
export const revokeApiKey = defineUseCase({
  name: 'revoke_api_key',
  summary: 'Revoke a key',
  errorCodes: ['api_key_not_found', 'issuing_disabled'],
  scopes: ['dashboard'],
  input: v.object({ id: field.apiKeyId }),
  output: v.object({ success: v.literal(true) }),
  async run(ports, { caller: { userId }, input, idempotency }) {
    const id = apiKeyId(input.id);
    const now = ports.clock.now();
    return requireApiKeys(ports).update(
      { userId, id, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, (key) => ({
        output: { success: true as const },
        changes: decideRevocation(key, now),
      })),
    );
  },
});
