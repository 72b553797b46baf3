import type { UserId } from '../../domain/ids.ts';
import type { ApiKey } from '../../domain/user/api-key.ts';

/** What a token grants. */
export type TokenGrant = Pick<ApiKey, 'id' | 'scope' | 'agentInstanceId' | 'createdAt' | 'expiresAt'> & {
  readonly userId: UserId;
};

/** Makes tokens that a `TokenVerifier` with the same signing keys accepts. */
export interface TokenIssuer {
  /** Whether the same grant always gives the same token, until the signing key is replaced. */
  readonly isDeterministic: boolean;

  /**
   * Makes a token. Times are cut to whole seconds.
   * @throws PortError `issuing_disabled` where no signing key may be used for this grant.
   * @throws Error for a user id that no token may have.
   */
  issue(grant: TokenGrant): Promise<string>;
}
