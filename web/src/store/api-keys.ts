import { signal } from '@preact/signals';
import { randomId } from '../../../src/adapters/client/http/random-id.ts';
import type { ApiKey } from '../model/wire.ts';
import { ask } from '../server/request.ts';

/** Null: not read yet. */
export const apiKeys = signal<readonly ApiKey[] | null>(null);

export interface NewKey {
  readonly name: string;
  readonly scope: 'agent' | 'dashboard';
  /** Null: it does not expire. */
  readonly expires_in_days: number | null;
}

export async function readKeys(): Promise<void> {
  apiKeys.value = await ask<ApiKey[]>('GET', '/api-keys');
}

/** @returns the token, which can be seen this once */
export async function createKey({ expires_in_days, ...key }: NewKey): Promise<string> {
  const created = await ask<ApiKey>('POST', '/api-keys', {
    body: { ...key, ...(expires_in_days === null ? {} : { expires_in_days }) },
    idempotencyKey: randomId(),
  });
  await readKeys();
  return created.token ?? '';
}

export async function revokeKey({ id }: ApiKey): Promise<void> {
  await ask('DELETE', `/api-keys/${encodeURIComponent(id)}`, { idempotencyKey: randomId() });
  await readKeys();
}
