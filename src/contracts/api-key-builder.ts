import { randomBytes } from 'node:crypto';
import type { ApiKey, ApiKeyId } from '../domain/user/api-key.ts';

/** An id as new keys get it: no two are the same. */
export const newKeyId = () => randomBytes(12).toString('base64url') as ApiKeyId;

/** A key of an agent that works for ever; its id and hash are its own. */
export const anApiKey = (fields: Partial<ApiKey> = {}): ApiKey => ({
  id: newKeyId(),
  name: 'laptop',
  scope: 'agent',
  agentInstanceId: null,
  tokenHash: randomBytes(32).toString('base64url'),
  createdAt: new Date('2026-01-01T09:00:00.000Z'),
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  ...fields,
});
