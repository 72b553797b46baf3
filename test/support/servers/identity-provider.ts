import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';
import type { KeyAlgorithm, KeyPair } from '../../../src/adapters/jwt/keys/keys.ts';
import { CLIENT_ID, REDIRECT_URI, signIn } from './sign-in.ts';

/** The audience of the tokens that the provider makes for the server under test. */
export const AUDIENCE = 'https://agents.example/api';

export interface TestIdentityProviderOptions {
  /** The signing keys, published in this order. Tokens are signed with the first one. */
  readonly keys: readonly KeyPair[];
  /** Claims that the provider adds to its access tokens. */
  readonly extraClaims?: { readonly [claim: string]: unknown };
}

/** An OpenID provider on loopback that lets anyone sign in as any user. */
export class TestIdentityProvider implements AsyncDisposable {
  readonly issuer: string;
  readonly jwksUrl: string;
  /** The requested paths, in order. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #extraClaims: { readonly [claim: string]: unknown };
  #listener: RequestListener;

  private constructor(server: Server, { keys, extraClaims = {} }: TestIdentityProviderOptions) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.jwksUrl = `${this.issuer}/jwks`;
    this.#extraClaims = extraClaims;
    this.#listener = this.#providerWith(keys);
    server.on('request', (req, res) => {
      this.requests.push(new URL(req.url ?? '', this.issuer).pathname);
      this.#listener(req, res);
    });
  }

  static async start(options: TestIdentityProviderOptions): Promise<TestIdentityProvider> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TestIdentityProvider(server, options);
  }

  /** How often the provider's keys were requested. */
  get jwksRequests(): number {
    return this.requests.filter((path) => path === '/jwks').length;
  }

  /** Signs in as `subject` in a new browser session. */
  accessTokenOf(subject: string): Promise<string> {
    return signIn({ issuer: this.issuer, subject, resource: AUDIENCE });
  }

  /** Replaces the provider's keys. The provider then forgets all its sessions. */
  exchangeKeys(keys: readonly KeyPair[]): void {
    this.#listener = this.#providerWith(keys);
  }

  /** Answers every request with `answer`, until `exchangeKeys` is called. */
  breakDown(answer: (res: ServerResponse) => void): void {
    this.#listener = (_req, res) => answer(res);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #providerWith(keys: readonly KeyPair[]): RequestListener {
    const configuration: Configuration = {
      clients: [
        {
          client_id: CLIENT_ID,
          application_type: 'native',
          token_endpoint_auth_method: 'none',
          // The port may be any, because the app is a native one (RFC 8252, section 7.3).
          redirect_uris: [REDIRECT_URI, 'http://127.0.0.1/api/v1/auth/provider/answer'],
          id_token_signed_response_alg: keys[0]!.algorithm,
        },
      ],
      cookies: { keys: ['of no use to anyone'] },
      jwks: { keys: keys.map(jwkOf) },
      findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
      extraTokenClaims: () => this.#extraClaims,
      features: {
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => resourceServer(keys[0]!.algorithm),
        },
      },
      ttl: {
        AccessToken: 3600,
        AuthorizationCode: 60,
        Grant: 3600,
        IdToken: 3600,
        Interaction: 3600,
        Session: 3600,
      },
    };
    return withoutWarnings(() => new Provider(this.issuer, configuration)).callback();
  }
}

/**
 * Calls `make` without printing warnings. oidc-provider warns about settings that a real provider must not
 * have, such as letting anyone sign in as any user.
 */
function withoutWarnings<Made>(make: () => Made): Made {
  const { warn } = console;
  console.warn = () => {};
  try {
    return make();
  } finally {
    console.warn = warn;
  }
}

const jwkOf = ({ privateKey, keyId, algorithm }: KeyPair) => ({
  ...privateKey.export({ format: 'jwk' }),
  kid: keyId,
  alg: algorithm,
  use: 'sig',
});

const resourceServer = (alg: KeyAlgorithm) => ({
  scope: 'openid',
  audience: AUDIENCE,
  accessTokenFormat: 'jwt' as const,
  jwt: { sign: { alg } },
});
