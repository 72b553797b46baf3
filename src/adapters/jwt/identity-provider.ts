import { type CompactVerifyGetKey, compactVerify, createRemoteJWKSet, customFetch, errors } from 'jose';
import { identityProviderUnavailable } from '../../ports/errors.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import { callerFromProviderToken, issuedAtOf } from './token/claims.ts';
import type { JsonObject } from './token/strict-json.ts';
import { parseToken } from './token/token-form.ts';

export interface IdentityProviderOptions {
  readonly jwksUrl: string;
  /** The `iss` that every token must have; null: every issuer is accepted. */
  readonly issuer: string | null;
  /** What the `aud` of every token must contain; null: every audience is accepted. */
  readonly audience: string | null;
}

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

/** The shortest time between two requests for the provider's keys, also after a failed request. */
const COOL_DOWN_MS = 30_000;
/** How long a request for the provider's keys may take. */
const FETCH_TIMEOUT_MS = 5_000;
/**
 * How long fetched keys are used before they are fetched again. During this time the provider may be down,
 * and a key that it has withdrawn is still accepted.
 */
const KEYS_MAX_AGE_MS = 10 * 60_000;

/** Checks the tokens of people who signed in at an identity provider, with the keys that it publishes. */
export class IdentityProvider {
  readonly #issuer: string | null;
  readonly #audience: string | null;
  readonly #findKey: CompactVerifyGetKey;

  constructor({ jwksUrl, issuer, audience }: IdentityProviderOptions) {
    this.#issuer = issuer;
    this.#audience = audience;
    const keySet = createRemoteJWKSet(new URL(jwksUrl), {
      cooldownDuration: COOL_DOWN_MS,
      timeoutDuration: FETCH_TIMEOUT_MS,
      cacheMaxAge: KEYS_MAX_AGE_MS,
      [customFetch]: atMostOnceWithin(COOL_DOWN_MS),
    });
    this.#findKey = (header, token) => keySet(header, token).catch(throwKeyError);
  }

  /**
   * Checks a token: first its claims, then its signature. So a token with wrong claims never causes a request
   * to the provider, and is refused even while the provider is down.
   * @throws PortError `identity_provider_unavailable` when the keys are needed and cannot be fetched.
   * @throws Error when the token has wrong claims, has expired, is not valid yet, or was not signed by the
   * provider.
   */
  async check(tokenText: string, now: Date): Promise<{ caller: Caller; issuedAt: number }> {
    const { claims } = parseToken(tokenText);
    this.#requireIssuerAndAudience(claims);
    const caller = callerFromProviderToken(claims, now);
    await compactVerify(tokenText, this.#findKey, { algorithms: ALGORITHMS });
    return { caller, issuedAt: issuedAtOf(claims) };
  }

  #requireIssuerAndAudience({ iss, aud }: JsonObject): void {
    if (this.#issuer !== null && iss !== this.#issuer) throw new Error('"iss" is not the configured issuer');
    if (this.#audience === null) return;
    const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
    if (!audiences.includes(this.#audience))
      throw new Error('"aud" does not contain the configured audience');
  }
}

/**
 * Returns a `fetch` that refuses a second request within this time, also when the first has failed. jose
 * waits only after a successful request, but a provider that fails must not get a request for every token.
 * The time is read with Date.now(), as in jose, so that both measure the same time.
 */
function atMostOnceWithin(milliseconds: number): typeof fetch {
  let lastRequestAt = Number.NEGATIVE_INFINITY;
  return async (url, options) => {
    if (Date.now() - lastRequestAt < milliseconds)
      throw new Error('the last request for the keys of the provider failed a moment ago');
    lastRequestAt = Date.now();
    return fetch(url, options);
  };
}

/**
 * Throws the error of a search for a token's key. If the keys could be fetched and none fits, the token is
 * wrong, and the error is thrown as it is. Every other error is the provider's fault.
 */
function throwKeyError(error: unknown): never {
  const isTokenFault =
    error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
  throw isTokenFault ? error : identityProviderUnavailable(error);
}
