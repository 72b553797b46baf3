import * as v from 'valibot';
import type { ApiKey } from '../../domain/user/api-key.ts';
import * as field from './fields.ts';

/** A key as its owner sees it. The token is not part of it. */
export const apiKey = v.object({
  id: field.apiKeyId,
  name: v.string(),
  scope: v.picklist(['agent', 'dashboard']),
  agent_instance_id: v.nullable(field.shownId),
  client: v.pipe(
    v.nullable(
      v.object({
        id: v.string(),
        host: v.string(),
        scopes: v.array(v.picklist(['agent', 'dashboard'])),
      }),
    ),
    v.description('The program that was let in over OAuth; null for a key that somebody copies'),
  ),
  created_at: field.timestamp,
  expires_at: v.nullable(field.timestamp),
  last_used_at: v.nullable(field.timestamp),
  revoked_at: v.nullable(field.timestamp),
});

export const wireApiKey = (key: ApiKey): v.InferOutput<typeof apiKey> => ({
  id: key.id,
  name: key.name,
  scope: key.scope,
  agent_instance_id: key.agentInstanceId,
  client: key.client && { ...key.client, scopes: [...key.client.scopes] },
  created_at: key.createdAt.toISOString(),
  expires_at: key.expiresAt?.toISOString() ?? null,
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
  revoked_at: key.revokedAt?.toISOString() ?? null,
});
