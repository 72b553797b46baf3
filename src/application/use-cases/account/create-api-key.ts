import * as v from 'valibot';
import { agentInstanceId } from '../../../domain/ids.ts';
import { MAX_KEY_LIFETIME_SECONDS } from '../../../domain/user/api-key.ts';
import { issueApiKey, requireApiKeys } from '../../admin/issue-api-key.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import { apiKey, wireApiKey } from '../../wire/api-key.ts';
import * as field from '../../wire/fields.ts';

const DAY_SECONDS = 86_400;
const MAX_DAYS = MAX_KEY_LIFETIME_SECONDS / DAY_SECONDS;

const output = v.object({ ...apiKey.entries, token: v.nullable(v.string()) });

/** Issues a key for the calling user. The token is returned only now, because only its hash is stored. */
export const createApiKey = defineUseCase({
  name: 'create_api_key',
  summary: 'Create a key. Its token is returned only once',
  errorCodes: ['issuing_disabled', 'key_not_grantable'],
  scopes: ['dashboard'],
  input: v.object({
    name: field.name,
    scope: field.optional(v.picklist(['agent', 'dashboard'], 'must be "agent" or "dashboard"')),
    expires_in_days: field.optional(
      v.pipe(
        v.number(),
        v.integer('must be a whole number of days'),
        v.minValue(1, `must be 1 to ${MAX_DAYS} days`),
        v.maxValue(MAX_DAYS, `must be 1 to ${MAX_DAYS} days`),
      ),
    ),
    agent_instance_id: field.optional(field.id),
  }),
  output,
  async run(ports, { caller: { userId }, input, idempotency }) {
    const apiKeys = requireApiKeys(ports);
    const { key, token } = await issueApiKey(ports, userId, {
      name: input.name,
      scope: input.scope ?? 'agent',
      agentInstanceId: input.agent_instance_id == null ? null : agentInstanceId(input.agent_instance_id),
      expiresInSeconds: input.expires_in_days == null ? null : input.expires_in_days * DAY_SECONDS,
    });
    const answer: v.InferOutput<typeof output> = { ...wireApiKey(key), token };
    return apiKeys.update(
      { userId, id: key.id, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, () => ({
        output: answer,
        changes: key,
        answerToRepeats: { ...answer, token: null },
      })),
    );
  },
});
