import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { Scope } from '../../domain/user/api-key.ts';
import type { Subscription } from '../signals/signals.ts';

export type { Scope };

/** Says when a token ends, by expiry or revocation. */
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
  /** The one agent instance the caller may touch; absent or null: all of the user's. */
  readonly agentInstanceId?: AgentInstanceId | null;
  /**
   * The life of the token behind the call. Waits, streams and sessions end with it. Absent or null:
   * unlimited.
   */
  readonly life?: TokenLife | null;
}

export interface TokenVerifier {
  /**
   * Returns the caller that a bearer token stands for: without a promise where the token is known, so that
   * the hot path need not wait.
   * @throws PortError `unauthenticated`, with the same message for every reason.
   * @throws PortError `storage_unavailable` where the store cannot say whether the token was revoked.
   */
  verify(token: string): Caller | Promise<Caller>;
}
