import { signal } from '@preact/signals';
import { randomId } from '../../../src/adapters/client/http/random-id.ts';
import type { ApiKey } from '../model/wire.ts';
import { urlOf } from '../server/page-url.ts';
import { request } from '../server/request.ts';

/** The address at which agents with an API key connect over MCP. */
export const mcpUrl = urlOf('/mcp');

/** The user's API keys. Null: not loaded yet. */
export const apiKeys = signal<readonly ApiKey[] | null>(null);

/** A new key that the user has not put away. It stays here while other views are open. Null: none. */
export const newToken = signal<{ readonly text: string; readonly isCopied: boolean } | null>(null);

export function noteCopied(): void {
  if (newToken.value !== null) newToken.value = { ...newToken.value, isCopied: true };
}

export interface NewApiKey {
  readonly name: string;
  readonly scope: 'agent' | 'dashboard';
  /** Null: the key does not expire. */
  readonly expires_in_days: number | null;
}

export async function loadApiKeys(): Promise<void> {
  apiKeys.value = await request<ApiKey[]>('GET', '/api-keys');
}

/** @returns the token; the server never returns it again */
export async function createApiKey({ expires_in_days, ...key }: NewApiKey): Promise<string> {
  const created = await request<ApiKey>('POST', '/api-keys', {
    body: { ...key, ...(expires_in_days === null ? {} : { expires_in_days }) },
    idempotencyKey: randomId(),
  });
  await loadApiKeys();
  return created.token ?? '';
}

export async function revokeApiKey({ id }: ApiKey): Promise<void> {
  await request('DELETE', `/api-keys/${encodeURIComponent(id)}`, { idempotencyKey: randomId() });
  await loadApiKeys();
}
