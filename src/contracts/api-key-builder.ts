import { randomBytes } from 'node:crypto';
import type { ApiKey, ApiKeyId } from '../domain/user/api-key.ts';

/** Returns a new unique id, in the format of real key ids. */
export const newKeyId = () => randomBytes(12).toString('base64url') as ApiKeyId;

/** Builds a key that never expires, with the scope `agent` and its own id and hash. */
export const anApiKey = (fields: Partial<ApiKey> = {}): ApiKey => ({
  id: newKeyId(),
  name: 'laptop',
  scope: 'agent',
  agentInstanceId: null,
  client: null,
  tokenHash: randomBytes(32).toString('base64url'),
  createdAt: new Date('2026-01-01T09:00:00.000Z'),
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  ...fields,
});
