import { apiKeyNotFound, invalidId, keyNotGrantable } from '../errors.ts';
import type { AgentInstanceId } from '../ids.ts';

declare const brand: unique symbol;

/** What a token may do: `agent` speaks for agents, `dashboard` for the person who owns them. */
export type Scope = 'agent' | 'dashboard';

/** The `jti` of the token: 16 characters of base64url, which is 96 bits. */
export type ApiKeyId = string & { readonly [brand]: 'ApiKeyId' };

/** What is kept of a token that was issued. The token itself is stored nowhere. */
export interface ApiKey {
  readonly id: ApiKeyId;
  readonly name: string;
  readonly scope: Scope;
  /** The one agent instance it may touch; null: all of its user's. */
  readonly agentInstanceId: AgentInstanceId | null;
  /** SHA-256 of the token, in base64url. */
  readonly tokenHash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface ApiKeyRequest {
  readonly id: ApiKeyId;
  readonly name: string;
  readonly scope: Scope;
  readonly agentInstanceId: AgentInstanceId | null;
  /** null: it never expires. */
  readonly expiresInSeconds: number | null;
  readonly now: Date;
}

/**
 * The key that a request is granted; its token is still to be made. A token counts in whole seconds (RFC
 * 7519, section 2), and so does its record: the same token can be made of it again.
 * @throws DomainError `key_not_grantable`
 */
export function grantApiKey(request: ApiKeyRequest): Omit<ApiKey, 'tokenHash'> {
  const { id, name, scope, agentInstanceId, expiresInSeconds, now } = request;
  if (agentInstanceId !== null && scope !== 'agent') throw keyNotGrantable();
  const createdAt = new Date(Math.floor(now.getTime() / 1000) * 1000);
  const expiresAt =
    expiresInSeconds === null ? null : new Date(createdAt.getTime() + Math.floor(expiresInSeconds) * 1000);
  return { id, name, scope, agentInstanceId, createdAt, expiresAt, lastUsedAt: null, revokedAt: null };
}

/**
 * The key as it is once revoked; null where it was already.
 * @throws DomainError `api_key_not_found`
 */
export function revokeApiKey(key: ApiKey | null, now: Date): ApiKey | null {
  if (key === null) throw apiKeyNotFound();
  return key.revokedAt === null ? { ...key, revokedAt: now } : null;
}

/** A hundred years. A token that is to be good for longer needs no expiry. */
export const MAX_KEY_LIFETIME_SECONDS = 36_500 * 86_400;

/** Neither revoked nor expired. */
export const isValidApiKey = ({ revokedAt, expiresAt }: ApiKey, now: Date): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now);

const FORM = /^[\w-]{16}$/;

/** @throws DomainError `invalid_id`, naming `field`, when `text` is not of the form of a key's id. */
export function apiKeyId(text: string, field = 'id'): ApiKeyId {
  if (!isApiKeyId(text)) throw invalidId(field);
  return text;
}

export const isApiKeyId = (text: string): text is ApiKeyId => FORM.test(text);

/** Whether a key that was `before` (null: none) and is `after` now is one that everybody has to be told of. */
export const isNewlyRevoked = (before: ApiKey | null, after: ApiKey): boolean =>
  after.revokedAt !== null && (before === null || before.revokedAt === null);
