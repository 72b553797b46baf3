import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { UserId } from '../../domain/ids.ts';
import { identityProviderUnavailable } from '../../ports/errors.ts';

export interface ProviderSignInOptions {
  /** Below this address the provider describes itself (OpenID Connect Discovery). */
  readonly issuer: string;
  readonly clientId: string;
  /** null: the provider knows this server as a public client. */
  readonly clientSecret: string | null;
}

/** What has to be kept in the person's browser until the provider sends it back. */
export interface SignInAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Signs people in at an identity provider: the authorization code flow of OpenID Connect, with PKCE. */
export class ProviderSignIn {
  readonly #options: ProviderSignInOptions;
  #configuration: Promise<Configuration> | null = null;

  constructor(options: ProviderSignInOptions) {
    this.#options = options;
  }

  /**
   * Begins a sign-in.
   * @param redirectUri where the provider sends the browser back to
   * @returns the address at the provider, and what the browser has to bring back.
   * @throws PortError `identity_provider_unavailable`
   */
  async begin(redirectUri: string): Promise<{ readonly url: URL; readonly attempt: SignInAttempt }> {
    const configuration = await this.#configure();
    const attempt = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: 'openid',
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
    });
    return { url, attempt };
  }

  /**
   * Finishes a sign-in.
   * @param answer the address with which the provider has sent the browser back.
   * @returns the person's id at the provider.
   * @throws PortError `identity_provider_unavailable` if the provider cannot be reached.
   * @throws Error if the answer does not belong to the attempt, or the provider did not sign the person in.
   */
  async finish(answer: URL, { state, nonce, verifier }: SignInAttempt): Promise<UserId> {
    const tokens = await authorizationCodeGrant(await this.#configure(), answer, {
      ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier },
      idTokenExpected: true,
    });
    return tokens.claims()!.sub as UserId;
  }

  /** Reads what the provider says about itself, once. After a failure, the next call tries it again. */
  #configure(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#options;
    this.#configuration ??= discovery(
      new URL(issuer),
      clientId,
      clientSecret ?? undefined,
      clientSecret === null ? None() : undefined,
      // Whoever runs the server has chosen the address, as they have that of the provider's keys.
      { execute: issuer.startsWith('http:') ? [allowInsecureRequests] : [] },
    ).catch((cause) => {
      this.#configuration = null;
      throw identityProviderUnavailable(cause);
    });
    return this.#configuration;
  }
}
