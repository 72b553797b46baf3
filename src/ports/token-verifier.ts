import type { UserId } from '../domain/ids.ts';

export type Scope = 'agent' | 'dashboard';

/** Who is calling, and what they may do. */
export interface Caller {
  readonly userId: UserId;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
  readonly email: string | null;
  readonly displayName: string | null;
}

export interface TokenVerifier {
  /**
   * The caller a bearer token stands for; at once where the token is known, so that the hot path need
   * not wait.
   * @throws PortError `unauthenticated`, for every reason alike.
   */
  verify(token: string): Caller | Promise<Caller>;
}
