import { type ApiKeyId, isApiKeyId } from '../../../domain/user/api-key.ts';

/**
 * Returns the id of a token's API key record. It is the token's `jti` if that has the form of an API key id,
 * as in tokens of this server. Otherwise it is the start of the hash, without leading hyphens: with them the
 * id would look like an option on a command line.
 * @param jti null when the token has none.
 * @param hash SHA-256 of the token, in base64url.
 */
export const apiKeyIdOf = (jti: string | null, hash: string): ApiKeyId =>
  jti !== null && isApiKeyId(jti) ? jti : (hash.replace(/^-+/, '').slice(0, 16) as ApiKeyId);
