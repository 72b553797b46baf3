import { type ApiKeyId, isApiKeyId } from '../../../domain/user/api-key.ts';

/** The `jti` of an access token over OAuth: the id of its API key, and a random part. */
const GRANT_TOKEN_ID = /^([\w-]{16})\.[\w-]{22}$/;

/**
 * Returns the id of a token's API key record. It is the token's `jti`, or the first part of it, if that has
 * the form of an API key id, as in tokens of this server. Otherwise it is the start of the hash, without
 * leading hyphens: with them the id would look like an option on a command line.
 * @param jti null when the token has none.
 * @param hash SHA-256 of the token, in base64url.
 */
export function apiKeyIdOf(jti: string | null, hash: string): ApiKeyId {
  const id = jti === null ? null : (GRANT_TOKEN_ID.exec(jti)?.[1] ?? jti);
  return id !== null && isApiKeyId(id) ? id : (hash.replace(/^-+/, '').slice(0, 16) as ApiKeyId);
}
