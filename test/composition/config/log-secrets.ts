import { createHash } from 'node:crypto';
import { expect } from 'vitest';

/** Texts that must not be in the log, by their descriptions. */
export type Secrets = { readonly [description: string]: string };

/** Fails if one of the secrets, a bearer token or a PEM key is in the log. */
export function expectNoSecretsIn(log: string, secrets: Secrets): void {
  const leaked = Object.entries(secrets).filter(([, secret]) => log.includes(secret));
  expect(leaked.map(([description]) => description)).toEqual([]);
  expect(log).not.toMatch(/authorization|bearer |-----BEGIN/i);
}

/** Shorter parts reveal nothing, and may be in a log by chance. */
const MIN_SECRET_LENGTH = 12;

/** Returns the claims, the signature and the hashes of a token. */
export function secretPartsOf(name: string, token: string): Secrets {
  const parts = token
    .split('.')
    .slice(1)
    .map((part, nth) => [`${name}, ${['claims', 'signature'][nth]}`, part] as const);
  const hashes = (['hex', 'base64', 'base64url'] as const).map(
    (form) => [`${name}, SHA-256 in ${form}`, createHash('sha256').update(token).digest(form)] as const,
  );
  return Object.fromEntries([...parts, ...hashes].filter(([, part]) => part.length >= MIN_SECRET_LENGTH));
}
