import type { UserId } from '../../domain/ids.ts';
import type { ApiKey } from '../../domain/user/api-key.ts';

/** The contents of a token: its user, its rights and its dates. */
export type TokenGrant = Pick<ApiKey, 'id' | 'scope' | 'agentInstanceId' | 'createdAt' | 'expiresAt'> & {
  readonly userId: UserId;
};

/** The API key record of a token that was signed elsewhere with this server's key. */
export interface TokenRecord {
  readonly userId: UserId;
  readonly key: ApiKey;
  /** Epoch milliseconds; minus infinity for a token without a time of issue. */
  readonly issuedAt: number;
}

/** Makes tokens that a `TokenVerifier` with the same signing keys accepts. */
export interface TokenIssuer {
  /** Whether the same grant always gives the same token, until the signing key is replaced. */
  readonly isDeterministic: boolean;

  /**
   * Makes a token. Times are cut to whole seconds.
   * @throws PortError `issuing_disabled` if no signing key may be used for this grant.
   * @throws Error if the user id is not allowed in a token.
   */
  issue(grant: TokenGrant): Promise<string>;
}
