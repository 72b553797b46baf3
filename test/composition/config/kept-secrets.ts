import { createHash } from 'node:crypto';
import { expect } from 'vitest';

/** What may not get into the log, by what it is. */
export type Secrets = { readonly [what: string]: string };

export function expectKept(log: string, secrets: Secrets): void {
  const told = Object.entries(secrets).filter(([, secret]) => log.includes(secret));
  expect(told.map(([what]) => what)).toEqual([]);
  expect(log).not.toMatch(/authorization|bearer |-----BEGIN/i);
}

/** Too little to be found out by, or to be told from chance. */
const LONG_ENOUGH = 12;

/** A token's claims, its signature, and what it is kept by. */
export function partsOf(name: string, token: string): Secrets {
  const parts = token
    .split('.')
    .slice(1)
    .map((part, nth) => [`${name}, ${['claims', 'signature'][nth]}`, part] as const);
  const hashes = (['hex', 'base64', 'base64url'] as const).map(
    (form) => [`${name}, SHA-256 in ${form}`, createHash('sha256').update(token).digest(form)] as const,
  );
  return Object.fromEntries([...parts, ...hashes].filter(([, part]) => part.length >= LONG_ENOUGH));
}
