import { type ApiKeyId, isApiKeyId } from '../../../domain/user/api-key.ts';

/**
 * The id that the record of a token has: the one it was issued under; for a token from elsewhere, which was
 * recorded later or may yet be, one that follows from the token, and does not look like an option either.
 * @param jti null where the token has none.
 * @param hash SHA-256 of the token, in base64url.
 */
export const apiKeyIdOf = (jti: string | null, hash: string): ApiKeyId =>
  jti !== null && isApiKeyId(jti) ? jti : (hash.replace(/^-+/, '').slice(0, 16) as ApiKeyId);
