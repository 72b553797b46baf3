import { hash } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import { refusesToken } from '../../domain/user/user-deletion.ts';
import { PortError, unauthenticated } from '../../ports/errors.ts';
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
import { NotOursError, type OwnToken, OwnTokens } from './token/own-tokens.ts';
import { TOKEN_LIMIT } from './token/token-form.ts';

export interface JwtVerifierOptions {
  /** The server's own. */
  readonly keys: readonly VerificationKey[];
  /** Where people's tokens come from, if not from here. */
  readonly identityProvider?: IdentityProvider | null;
  /**
   * The store that knows which keys were issued and revoked, and which users were deleted. Null where there is none:
   * then a signature is all that is checked, nothing can be revoked, and tokens of short RSA keys are refused.
   */
  readonly store: Pick<Store, 'apiKeys' | 'removal' | 'signals'> | null;
  readonly clock: Clock;
  /** Gets a warning when the store could not be asked about revoked keys. */
  readonly logger?: Pick<Logger, 'warn'> | null;
  /** For tests. */
  readonly timing?: Partial<WatchTiming>;
  /** How many checked tokens are remembered. */
  readonly remembered?: number;
}

/** A provider's keys change without a word to us; what one of them has signed is checked again after this. */
const PROVIDER_RECHECK_MS = 10 * 60 * 1000;

/**
 * Verifies JWTs, by the server's own keys or the identity provider's. A checked token is remembered by its
 * hash: a known one costs no signature check and no query, and is answered at once. Only good tokens are
 * remembered: a refusal may end (`nbf`), and made-up tokens must not push out real ones.
 */
export class JwtVerifier implements TokenVerifier {
  readonly #own: OwnTokens;
  readonly #provider: IdentityProvider | null;
  readonly #apiKeys: ApiKeyRepository | null;
  readonly #removal: Pick<DataRemoval, 'find'> | null;
  readonly #clock: Clock;
  readonly #known: KnownTokens;
  readonly #watch: RevocationWatch | null;
  readonly #underWay = new Map<string, Promise<Caller>>();

  constructor(options: JwtVerifierOptions) {
    const {
      keys,
      identityProvider = null,
      store,
      clock,
      logger = null,
      timing = {},
      remembered = 10_000,
    } = options;
    const { apiKeys = null, removal = null } = store ?? {};
    this.#own = new OwnTokens(keys);
    this.#provider = identityProvider;
    this.#apiKeys = apiKeys;
    this.#removal = removal;
    this.#clock = clock;
    this.#known = new KnownTokens(remembered);
    this.#watch =
      store === null || apiKeys === null
        ? null
        : new RevocationWatch({
            tokens: this.#known,
            apiKeys,
            revocations: store.signals,
            clock,
            logger,
            timing,
          });
  }

  /** How many tokens need not be checked again for now. */
  get knownTokens(): number {
    return this.#known.all().size;
  }

  verify(text: string): Caller | Promise<Caller> {
    if (text.length > TOKEN_LIMIT) throw unauthenticated(new Error('longer than 8 KB'));
    const digest = hash('sha256', text, 'base64url');
    const token = this.#known.get(digest);
    if (token === undefined) return this.#checkOnce(digest, text);
    const now = this.#clock.now();
    if (isExpired(token.caller, now)) {
      this.#known.end(token);
      throw unauthenticated(new Error('expired since it was checked'));
    }
    if (token.recheckAt <= now.getTime()) {
      this.#known.forget(token);
      return this.#checkOnce(digest, text);
    }
    token.usedAt = now.getTime();
    const { caller } = token;
    if (this.#watch === null || token.revocableAs === null || this.#watch.isFresh) return caller;
    return this.#watch.catchUp().then(() => {
      if (token.hasEnded) throw unauthenticated(new Error('revoked since it was checked'));
      return caller;
    });
  }

  /** Notes when keys were last used, and lets go of timers and signals. */
  async close(): Promise<void> {
    await this.#watch?.close();
  }

  /** Many connections may bring one new token at the same moment. */
  #checkOnce(digest: string, text: string): Promise<Caller> {
    let check = this.#underWay.get(digest);
    if (check === undefined) {
      check = this.#check(digest, text)
        .catch((cause) => {
          throw cause instanceof PortError ? cause : unauthenticated(cause);
        })
        .finally(() => this.#underWay.delete(digest));
      this.#underWay.set(digest, check);
    }
    return check;
  }

  async #check(hash: string, text: string): Promise<Caller> {
    const now = this.#clock.now();
    const readAt = performance.now();
    let own: OwnToken;
    try {
      own = await this.#own.check(text, now);
    } catch (refusal) {
      // What an own key has signed, or is said to have signed, is no business of the provider's.
      if (this.#provider === null || !(refusal instanceof NotOursError)) throw refusal;
      const { caller, issuedAt } = await this.#provider.check(text, now);
      await this.#refuseDeleted(caller.userId, issuedAt);
      const recheckAt = now.getTime() + PROVIDER_RECHECK_MS;
      return this.#remember({ caller, hash, issuedAt, revocableAs: null, recheckAt }, readAt);
    }
    const { caller, issuedAt } = own;
    const [revocableAs] = await Promise.all([
      this.#requireGood(own, hash),
      this.#refuseDeleted(caller.userId, issuedAt),
    ]);
    return this.#remember({ caller, hash, issuedAt, revocableAs, recheckAt: Infinity }, readAt);
  }

  /** @returns what the token's record is or would be named by. */
  async #requireGood({ caller, id, mustBeRecorded }: OwnToken, hash: string): Promise<ApiKeyId | null> {
    const named = apiKeyIdOf(id, hash);
    const record = (await this.#apiKeys?.findByToken(caller.userId, { id: named, hash })) ?? null;
    if (record?.revokedAt != null) throw new Error('revoked');
    if (mustBeRecorded && record?.tokenHash !== hash)
      throw new Error('signed by a short key, and not issued here');
    return this.#apiKeys === null ? null : named;
  }

  async #refuseDeleted(userId: UserId, issuedAt: number): Promise<void> {
    const deletion = (await this.#removal?.find(userId)) ?? null;
    if (deletion !== null && refusesToken(deletion, issuedAt)) throw new Error('its user was deleted');
  }

  #remember(token: Parameters<KnownTokens['add']>[0], readAt: number): Caller {
    const known = this.#known.add(token);
    this.#watch?.begin(token.revocableAs === null ? Number.POSITIVE_INFINITY : readAt);
    known.usedAt = this.#clock.now().getTime();
    return known.caller;
  }
}
