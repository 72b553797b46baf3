import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { Scope } from '../../domain/user/api-key.ts';
import type { Subscription } from '../signals/signals.ts';

export type { Scope };

/** How long a token is good: until it expires or is revoked. */
export interface TokenLife {
  readonly hasEnded: boolean;
  /** Calls `listener` once when it ends; at once where it has ended already. */
  onEnd(listener: () => void): Subscription;
}

/** Who is calling, and what they may do. */
export interface Caller {
  readonly userId: UserId;
  readonly scopes: readonly Scope[];
  /** Absent or null: never. */
  readonly expiresAt?: Date | null;
  /** Absent or null where nobody told, as below. */
  readonly email?: string | null;
  readonly displayName?: string | null;
  /** The one agent instance the caller may touch; absent or null: all of the user's. */
  readonly agentInstanceId?: AgentInstanceId | null;
  /** Of the token behind the call. What goes on for long (waits, streams, sessions) ends with it. */
  readonly life?: TokenLife | null;
}

export interface TokenVerifier {
  /**
   * The caller a bearer token stands for; at once where the token is known, so that the hot path need
   * not wait.
   * @throws PortError `unauthenticated`, for every reason alike.
   * @throws PortError `storage_unavailable` where nobody can tell whether the token still holds.
   */
  verify(token: string): Caller | Promise<Caller>;
}
