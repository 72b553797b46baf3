import type { AgentInstanceId } from './ids.ts';

declare const brand: unique symbol;

/** What a token may do: `agent` speaks for agents, `dashboard` for the person who owns them. */
export type Scope = 'agent' | 'dashboard';

/** The `jti` of the token: 16 characters of base64url, which is 96 bits. */
export type ApiKeyId = string & { readonly [brand]: 'ApiKeyId' };

/** What is kept of a token that was issued. The token itself is stored nowhere. */
export interface ApiKey {
  readonly id: ApiKeyId;
  readonly name: string;
  readonly scope: Scope;
  /** The one agent instance it may touch; null: all of its user's. */
  readonly agentInstanceId: AgentInstanceId | null;
  /** SHA-256 of the token, in base64url. */
  readonly tokenHash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Whether a key that was `before` (null: none) and is `after` now is one that everybody has to be told of. */
export const becomesRevoked = (before: ApiKey | null, after: ApiKey): boolean =>
  after.revokedAt !== null && (before === null || before.revokedAt === null);
