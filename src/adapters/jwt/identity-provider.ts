import { type CompactVerifyGetKey, compactVerify, createRemoteJWKSet, customFetch, errors } from 'jose';
import { identityProviderUnavailable } from '../../ports/errors.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import { issuedAtOf, personOf } from './token/claims.ts';
import type { JsonObject } from './token/strict-json.ts';
import { refuseUnsoundForm } from './token/token-form.ts';

export interface IdentityProviderOptions {
  readonly jwksUrl: string;
  /** What `iss` has to be; null: it is not looked at. */
  readonly issuer: string | null;
  /** What has to be in `aud`; null: it is not looked at. */
  readonly audience: string | null;
}

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

/** Between two requests for the provider's keys, whatever tokens come and however the first one ended. */
const COOL_DOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
/** How long a key still counts that the provider has withdrawn, and how long a provider may be away unnoticed. */
const KEYS_MAX_AGE_MS = 10 * 60_000;

/** Checks the tokens of people who signed in elsewhere, by keys that are fetched from there. */
export class IdentityProvider {
  readonly #issuer: string | null;
  readonly #audience: string | null;
  readonly #keyOf: CompactVerifyGetKey;

  constructor({ jwksUrl, issuer, audience }: IdentityProviderOptions) {
    this.#issuer = issuer;
    this.#audience = audience;
    const keySet = createRemoteJWKSet(new URL(jwksUrl), {
      cooldownDuration: COOL_DOWN_MS,
      timeoutDuration: TIMEOUT_MS,
      cacheMaxAge: KEYS_MAX_AGE_MS,
      [customFetch]: onceWithin(COOL_DOWN_MS),
    });
    this.#keyOf = (header, token) => keySet(header, token).catch(refuseOrReportAbsence);
  }

  /**
   * The claims are checked before the signature: no token causes a request to the provider, or is answered
   * with its absence, that would be refused with every key.
   * @throws PortError `identity_provider_unavailable` where the keys are needed and cannot be had.
   * @throws Error for whatever the provider has not signed, or claims what does not hold at `now`.
   */
  async check(text: string, now: Date): Promise<{ caller: Caller; issuedAt: number }> {
    const { claims } = refuseUnsoundForm(text);
    this.#refuseStrangers(claims);
    const caller = personOf(claims, now);
    await compactVerify(text, this.#keyOf, { algorithms: ALGORITHMS });
    return { caller, issuedAt: issuedAtOf(claims) };
  }

  #refuseStrangers({ iss, aud }: JsonObject): void {
    if (this.#issuer !== null && iss !== this.#issuer) throw new Error('another "iss"');
    if (this.#audience === null) return;
    const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
    if (!audiences.includes(this.#audience)) throw new Error('another "aud"');
  }
}

/**
 * jose waits between requests only after one that went well, and a provider in trouble is the last that
 * should get one for every token. Time is counted as jose counts its own.
 */
function onceWithin(milliseconds: number): typeof fetch {
  let last = Number.NEGATIVE_INFINITY;
  return async (url, options) => {
    if (Date.now() - last < milliseconds) throw new Error('asked for its keys a moment ago, in vain');
    last = Date.now();
    return fetch(url, options);
  };
}

/** The keys are there and none fits: the token is at fault. All else is the provider's. */
function refuseOrReportAbsence(error: unknown): never {
  const isTheTokens =
    error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
  throw isTheTokens ? error : identityProviderUnavailable(error);
}
