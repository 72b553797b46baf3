import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { Scope } from '../../domain/user/api-key.ts';
import type { Subscription } from '../signals/signals.ts';

export type { Scope };

/** Reports the end of a token, by expiry or revocation. */
export interface TokenLife {
  readonly hasEnded: boolean;
  /** Calls `listener` once, when the token ends; at once if it has ended already. */
  onEnd(listener: () => void): Subscription;
}

/** The user that a call is made for, and what the call may do. */
export interface Caller {
  readonly userId: UserId;
  readonly scopes: readonly Scope[];
  /** When the token expires; absent or null: never. */
  readonly expiresAt?: Date | null;
  /** Absent or null: unknown. */
  readonly email?: string | null;
  readonly displayName?: string | null;
  /** The only agent instance that the caller may access; absent or null: all instances of the user. */
  readonly agentInstanceId?: AgentInstanceId | null;
  /**
   * The life of the token behind the call. Waits, streams and MCP sessions end with it. Absent or null: the
   * token does not end.
   */
  readonly life?: TokenLife | null;
}

export interface TokenVerifier {
  /**
   * Returns the caller that a bearer token stands for. For a token that was checked recently it returns the
   * caller itself instead of a promise, so that the hot path does not wait.
   * @throws PortError `unauthenticated`, with the same message for every reason.
   * @throws PortError `storage_unavailable` if the store cannot say whether the token was revoked.
   */
  verify(token: string): Caller | Promise<Caller>;
}
