import type { UserId } from '../../domain/ids.ts';
import type { ApiKey } from '../../domain/user/api-key.ts';

/** What a token says. */
export type TokenGrant = Pick<ApiKey, 'id' | 'scope' | 'agentInstanceId' | 'createdAt' | 'expiresAt'> & {
  readonly userId: UserId;
};

/** Makes the tokens that a `TokenVerifier` of the same keys accepts. */
export interface TokenIssuer {
  /** Whether the same grant gives the same token every time, until the key is exchanged. */
  readonly repeats: boolean;

  /**
   * Times count in whole seconds; what is below is cut off.
   * @throws PortError `issuing_disabled` where no key may sign this grant.
   * @throws Error for a user that no token may name.
   */
  issue(grant: TokenGrant): Promise<string>;
}
