import { createHash, randomBytes } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import { type ApiKey, type ApiKeyId, type ApiKeyRequest, grantApiKey } from '../../domain/user/api-key.ts';
import { issuingDisabled } from '../../ports/errors.ts';
import type { Ports } from '../use-case.ts';

/**
 * 96 bits, so that no two keys are ever alike, in 16 characters: keys are there to be pasted. None begins
 * with a hyphen, which on a command line would make it an option.
 */
export function newApiKeyId(): ApiKeyId {
  for (;;) {
    const id = randomBytes(12).toString('base64url');
    if (!id.startsWith('-')) return id as ApiKeyId;
  }
}

/** What is kept of a token, and what it is known by. */
export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * Makes a key and its token. Nothing is stored yet.
 * @throws PortError `issuing_disabled`, DomainError `key_not_grantable`.
 */
export async function issueApiKey(
  { issuer, clock }: Pick<Ports, 'issuer' | 'clock'>,
  userId: UserId,
  request: Omit<ApiKeyRequest, 'id' | 'now'>,
): Promise<{ key: ApiKey; token: string }> {
  if (issuer == null)
    throw issuingDisabled('This server verifies tokens, but holds no key to make them with');
  const granted = grantApiKey({ ...request, id: newApiKeyId(), now: clock.now() });
  const token = await issuer.issue({ ...granted, userId });
  return { key: { ...granted, tokenHash: hashOfToken(token) }, token };
}

/** @throws PortError `issuing_disabled` */
export function requireApiKeys({ apiKeys }: Pick<Ports, 'apiKeys'>) {
  if (apiKeys == null) throw issuingDisabled('Keys are not managed here');
  return apiKeys;
}
