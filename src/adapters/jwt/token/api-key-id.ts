import { type ApiKeyId, isApiKeyId } from '../../../domain/user/api-key.ts';

/**
 * Returns the id of a token's record. For a token that this server issued it is the `jti`. For any other
 * token it is the start of the hash. Leading hyphens are removed, because on a command line the id would look
 * like an option.
 * @param jti null when the token has none.
 * @param hash SHA-256 of the token, in base64url.
 */
export const apiKeyIdOf = (jti: string | null, hash: string): ApiKeyId =>
  jti !== null && isApiKeyId(jti) ? jti : (hash.replace(/^-+/, '').slice(0, 16) as ApiKeyId);
