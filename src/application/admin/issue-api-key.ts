import { createHash, randomBytes } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import { type ApiKey, type ApiKeyId, type ApiKeyRequest, grantApiKey } from '../../domain/user/api-key.ts';
import { issuingDisabled } from '../../ports/errors.ts';
import type { Ports } from '../use-case.ts';

/**
 * Makes a random id of 96 bits, which is enough to be unique. It has only 16 characters, because it is part
 * of a token, and people paste tokens. It never begins with a hyphen, because a command line would read such
 * an id as an option.
 */
export function newApiKeyId(): ApiKeyId {
  for (;;) {
    const id = randomBytes(12).toString('base64url');
    if (!id.startsWith('-')) return id as ApiKeyId;
  }
}

/**
 * Returns the hash of a token: SHA-256 in base64url. The store keeps the hash instead of the token, and finds
 * the record of a token by this hash.
 */
export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * Makes an API key and its token. It stores nothing.
 * @throws PortError `issuing_disabled`, DomainError `key_not_grantable`.
 */
export async function issueApiKey(
  { issuer, clock }: Pick<Ports, 'issuer' | 'clock'>,
  userId: UserId,
  request: Omit<ApiKeyRequest, 'id' | 'now'>,
): Promise<{ key: ApiKey; token: string }> {
  if (issuer == null) throw issuingDisabled('This server can verify tokens, but it has no key to make them');
  const grantedKey = grantApiKey({ ...request, id: newApiKeyId(), now: clock.now() });
  const token = await issuer.issue({ ...grantedKey, userId });
  return { key: { ...grantedKey, tokenHash: hashOfToken(token) }, token };
}

/**
 * Returns the repository of API keys.
 * @throws PortError `issuing_disabled` if API keys are not stored here.
 */
export function requireApiKeys({ apiKeys }: Pick<Ports, 'apiKeys'>) {
  if (apiKeys == null) throw issuingDisabled('This server stores no API keys');
  return apiKeys;
}
