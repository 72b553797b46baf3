import { hash } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import { isTokenRefused } from '../../domain/user/user-deletion.ts';
import { PortError, storageUnavailable, unauthenticated } from '../../ports/errors.ts';
import type { Clock, Logger } from '../../ports/runtime.ts';
import type { ApiKeyRepository } from '../../ports/storage/api-key-repository.ts';
import type { DataRemoval } from '../../ports/storage/data-removal.ts';
import type { Store } from '../../ports/store.ts';
import type { Caller, TokenVerifier } from '../../ports/tokens/token-verifier.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { VerificationKey } from './keys/keys.ts';
import { KnownTokens } from './known-tokens/known-tokens.ts';
import { RevocationWatch, type WatchTiming } from './known-tokens/revocation-watch.ts';
import { apiKeyIdOf } from './token/api-key-id.ts';
import { isExpired } from './token/claims.ts';
import { type OwnToken, OwnTokens, UnknownSignerError } from './token/own-tokens.ts';
import { MAX_TOKEN_BYTES } from './token/token-form.ts';

export interface JwtVerifierOptions {
  /** The server's own keys. */
  readonly keys: readonly VerificationKey[];
  /** Checks the tokens that an identity provider issues for people; null: no identity provider is used. */
  readonly identityProvider?: IdentityProvider | null;
  /**
   * The store that knows which keys were issued and revoked, and which users were deleted. With null only the
   * signature is checked, nothing can be revoked, and tokens of short RSA keys are refused.
   */
  readonly store: Pick<Store, 'apiKeys' | 'removal' | 'signals'> | null;
  /** Whether an access token over OAuth for this resource is for this server. Default: each one is. */
  readonly isOwnResource?: (audience: string) => boolean;
  readonly clock: Clock;
  /** Gets a warning when the store's revoked keys cannot be read. */
  readonly logger?: Pick<Logger, 'warn'> | null;
  /** Other intervals and limits than the usual ones, for tests. */
  readonly timing?: Partial<WatchTiming>;
  /** The maximum number of checked tokens in memory. Tokens with open waits or streams are not counted. */
  readonly maxKnownTokens?: number;
}

/**
 * A token of an identity provider is checked again after this time, because the provider does not report when
 * its keys change.
 */
const PROVIDER_RECHECK_MS = 10 * 60 * 1000;

/**
 * Verifies JWTs with the server's own keys or the identity provider's. A checked token is kept in memory
 * under its hash, so the next call with the same token needs no signature check and no query. Refused tokens
 * are not kept: they may become valid later (`nbf`), and invented tokens must not push valid ones out of
 * memory.
 */
export class JwtVerifier implements TokenVerifier {
  readonly #ownTokens: OwnTokens;
  readonly #provider: IdentityProvider | null;
  readonly #apiKeys: ApiKeyRepository | null;
  readonly #removal: Pick<DataRemoval, 'findUserDeletion'> | null;
  readonly #clock: Clock;
  readonly #knownTokens: KnownTokens;
  readonly #watch: RevocationWatch | null;
  readonly #checksUnderWay = new Map<string, Promise<Caller>>();

  constructor(options: JwtVerifierOptions) {
    const {
      keys,
      identityProvider = null,
      isOwnResource = () => true,
      store,
      clock,
      logger = null,
      timing = {},
      maxKnownTokens = 10_000,
    } = options;
    const { apiKeys = null, removal = null } = store ?? {};
    this.#ownTokens = new OwnTokens(keys, isOwnResource);
    this.#provider = identityProvider;
    this.#apiKeys = apiKeys;
    this.#removal = removal;
    this.#clock = clock;
    this.#knownTokens = new KnownTokens(maxKnownTokens);
    this.#watch =
      store === null || apiKeys === null
        ? null
        : new RevocationWatch({
            tokens: this.#knownTokens,
            apiKeys,
            revocations: store.signals,
            clock,
            logger,
            timing,
          });
  }

  /** How many checked tokens are in memory now. */
  get knownTokenCount(): number {
    return this.#knownTokens.all().size;
  }

  verify(tokenText: string): Caller | Promise<Caller> {
    if (tokenText.length > MAX_TOKEN_BYTES) throw unauthenticated(new Error('longer than 8 KB'));
    const tokenHash = hash('sha256', tokenText, 'base64url');
    const token = this.#knownTokens.get(tokenHash);
    if (token === undefined) return this.#checkOnce(tokenHash, tokenText);
    const now = this.#clock.now();
    if (isExpired(token.caller, now)) {
      this.#knownTokens.end(token);
      throw unauthenticated(new Error('expired since it was checked'));
    }
    if (token.recheckAt <= now.getTime()) {
      this.#knownTokens.forget(token);
      return this.#checkOnce(tokenHash, tokenText);
    }
    token.usedAt = now.getTime();
    const { caller } = token;
    if (this.#watch === null || token.apiKeyId === null || this.#watch.isUpToDate) return caller;
    // The last look for revoked keys is too old, so the call waits for a new one.
    return this.#watch.catchUp().then(() => {
      if (token.hasEnded) throw unauthenticated(new Error('revoked since it was checked'));
      return caller;
    });
  }

  /** Stores when keys were last used, and stops all timers and subscriptions. */
  async close(): Promise<void> {
    await this.#watch?.close();
  }

  /** Checks a token that is not in memory. Calls for the same token at the same time share one check. */
  #checkOnce(tokenHash: string, tokenText: string): Promise<Caller> {
    let check = this.#checksUnderWay.get(tokenHash);
    if (check === undefined) {
      check = this.#check(tokenHash, tokenText)
        .catch((cause) => {
          throw cause instanceof PortError ? cause : unauthenticated(cause);
        })
        .finally(() => this.#checksUnderWay.delete(tokenHash));
      this.#checksUnderWay.set(tokenHash, check);
    }
    return check;
  }

  async #check(tokenHash: string, tokenText: string): Promise<Caller> {
    const now = this.#clock.now();
    // Taken before the store is read: that read finds the revocations until this time. The watch has to find
    // every later one.
    const readAt = performance.now();
    let ownToken: OwnToken;
    try {
      ownToken = await this.#ownTokens.check(tokenText, now);
    } catch (refusal) {
      // The provider checks a token only if no key of this server has signed it and its `kid` names none of
      // these keys.
      if (this.#provider === null || !(refusal instanceof UnknownSignerError)) throw refusal;
      const { caller, issuedAt } = await this.#provider.check(tokenText, now);
      await this.#refuseDeletedUser(caller.userId, issuedAt);
      const recheckAt = now.getTime() + PROVIDER_RECHECK_MS;
      return this.#remember({ caller, hash: tokenHash, issuedAt, apiKeyId: null, recheckAt }, readAt);
    }
    const { caller, issuedAt } = ownToken;
    const [apiKeyId] = await Promise.all([
      this.#requireNotRevoked(ownToken, tokenHash),
      this.#refuseDeletedUser(caller.userId, issuedAt),
    ]);
    return this.#remember({ caller, hash: tokenHash, issuedAt, apiKeyId, recheckAt: Infinity }, readAt);
  }

  /**
   * Checks that a token was not revoked.
   * @returns the id that the token's API key record has, or would have; null without a store.
   * @throws Error when the token was revoked, or when it must have a record and has none.
   */
  async #requireNotRevoked(
    { caller, tokenId, mustBeRecorded }: OwnToken,
    tokenHash: string,
  ): Promise<ApiKeyId | null> {
    const recordId = apiKeyIdOf(tokenId, tokenHash);
    const keyToken = { id: recordId, hash: tokenHash };
    const record = await readStore(async () => this.#apiKeys?.findByToken(caller.userId, keyToken));
    if (record?.revokedAt != null) throw new Error('revoked');
    if (mustBeRecorded && record?.tokenHash !== tokenHash)
      throw new Error('signed by a short key, and not issued by this server');
    return this.#apiKeys === null ? null : recordId;
  }

  /** @throws Error when the user is being deleted, or was deleted after the token was issued. */
  async #refuseDeletedUser(userId: UserId, issuedAt: number): Promise<void> {
    const deletion = await readStore(async () => this.#removal?.findUserDeletion(userId));
    if (deletion !== null && isTokenRefused(deletion, issuedAt)) throw new Error('its user was deleted');
  }

  #remember(token: Parameters<KnownTokens['add']>[0], readAt: number): Caller {
    const knownToken = this.#knownTokens.add(token);
    // Without an API key the token cannot be revoked here, so it does not matter when the store was read.
    this.#watch?.start(token.apiKeyId === null ? Number.POSITIVE_INFINITY : readAt);
    knownToken.usedAt = this.#clock.now().getTime();
    return knownToken.caller;
  }
}

/**
 * Runs a read of the store. A failed read says nothing about the token: if it were answered like a refused
 * token, clients would give up and the page would sign out.
 * @throws PortError `storage_unavailable` for every failure that is no other PortError.
 */
async function readStore<Result>(read: () => Promise<Result | null | undefined>): Promise<Result | null> {
  try {
    return (await read()) ?? null;
  } catch (failure) {
    throw failure instanceof PortError ? failure : storageUnavailable(failure);
  }
}
