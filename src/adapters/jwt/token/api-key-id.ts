import { type ApiKeyId, isApiKeyId } from '../../../domain/user/api-key.ts';

/**
 * The id of a token's record. A token that this server issued has it as its `jti`. For any other token it is
 * the start of the hash, without leading hyphens: on a command line it would look like an option.
 * @param jti null when the token has none.
 * @param hash SHA-256 of the token, in base64url.
 */
export const apiKeyIdOf = (jti: string | null, hash: string): ApiKeyId =>
  jti !== null && isApiKeyId(jti) ? jti : (hash.replace(/^-+/, '').slice(0, 16) as ApiKeyId);
