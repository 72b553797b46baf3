import { apiKeyNotFound, invalidId, keyNotGrantable } from '../errors.ts';
import type { AgentInstanceId } from '../ids.ts';

declare const brand: unique symbol;

/** What a token may do: `agent` acts as an agent, `dashboard` as the user who owns the agents. */
export type Scope = 'agent' | 'dashboard';

/** The `jti` of the token: 96 bits as 16 characters of base64url. */
export type ApiKeyId = string & { readonly [brand]: 'ApiKeyId' };

/** A program that a person has let in over OAuth, as it describes itself. */
export interface ConnectedClient {
  /** Its `client_id`: an identifier that this server has given out, or the address of its description. */
  readonly id: string;
  /** Where the person was sent back to. For a program on the person's computer, that is its own address. */
  readonly host: string;
  readonly scopes: readonly Scope[];
}

/** The record of an issued token. The token itself is never stored. */
export interface ApiKey {
  readonly id: ApiKeyId;
  readonly name: string;
  readonly scope: Scope;
  /** The only agent instance that the token may access; null: all instances of its user. */
  readonly agentInstanceId: AgentInstanceId | null;
  /**
   * The program that gets short-lived tokens for this key; null: the key is one token, which somebody copies.
   */
  readonly client: ConnectedClient | null;
  /** SHA-256 of the token, in base64url. */
  readonly tokenHash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** A request for a new key. */
export interface ApiKeyRequest {
  readonly id: ApiKeyId;
  readonly name: string;
  readonly scope: Scope;
  readonly agentInstanceId: AgentInstanceId | null;
  /** null: the key never expires. */
  readonly expiresInSeconds: number | null;
  /** Absent or null: the key is one token. */
  readonly client?: ConnectedClient | null;
  readonly now: Date;
}

/**
 * Returns the key that a request asks for. The token is made from it later. The times of the key are whole
 * seconds, as in a token (RFC 7519, section 2), so the same token can be made again from the record of the
 * key.
 * @throws DomainError `key_not_grantable` if a key with the scope `dashboard` is limited to one instance.
 */
export function grantApiKey(request: ApiKeyRequest): Omit<ApiKey, 'tokenHash'> {
  const { id, name, scope, agentInstanceId, expiresInSeconds, client = null, now } = request;
  if (agentInstanceId !== null && scope !== 'agent') throw keyNotGrantable();
  const createdAt = new Date(Math.floor(now.getTime() / 1000) * 1000);
  const expiresAt =
    expiresInSeconds === null ? null : new Date(createdAt.getTime() + Math.floor(expiresInSeconds) * 1000);
  return {
    id,
    name,
    scope,
    agentInstanceId,
    client,
    createdAt,
    expiresAt,
    lastUsedAt: null,
    revokedAt: null,
  };
}

/**
 * Returns the key as revoked, or null if it was revoked before.
 * @throws DomainError `api_key_not_found` if the key is null.
 */
export function revokeApiKey(key: ApiKey | null, now: Date): ApiKey | null {
  if (key === null) throw apiKeyNotFound();
  return key.revokedAt === null ? { ...key, revokedAt: now } : null;
}

/** A hundred years. A key that should be valid for longer can be made without an expiry. */
export const MAX_KEY_LIFETIME_SECONDS = 36_500 * 86_400;

/** Checks that a key is neither revoked nor expired. */
export const isValidApiKey = ({ revokedAt, expiresAt }: ApiKey, now: Date): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now);

/** `\w` would be more characters in other languages, in which programs read this pattern too. */
export const API_KEY_ID = /^[0-9A-Za-z_-]{16}$/;

/**
 * Parses the id of a key.
 * @param field the input field that the error names.
 * @throws DomainError `invalid_id`
 */
export function apiKeyId(text: string, field = 'id'): ApiKeyId {
  if (!isApiKeyId(text)) throw invalidId(field);
  return text;
}

export const isApiKeyId = (text: string): text is ApiKeyId => API_KEY_ID.test(text);

/**
 * Checks whether a change revoked the key. If it did, the revocation has to be published.
 * @param keyBefore null for a new key.
 */
export const isNewlyRevoked = (keyBefore: ApiKey | null, keyAfter: ApiKey): boolean =>
  keyAfter.revokedAt !== null && (keyBefore === null || keyBefore.revokedAt === null);
