import { createHash, randomBytes } from 'node:crypto';
import { userIdOf } from '../../support/builders.ts';
import type { IssuingServer } from '../issuing-server.ts';
import { type Arrival, Browser } from './browser.ts';

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
  readonly expires_in: number;
}

export type Fields = { readonly [name: string]: unknown };
type Parameters = { readonly [name: string]: string | null };

/** A program's part of one sign-in. */
export interface Attempt {
  readonly url: URL;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly clientId: string;
}

export const REDIRECT_URI = 'https://app.example/callback';

/**
 * The steps of a sign-in over OAuth: those of the program, of the person's browser, and of the page. With
 * several servers, which have the same public address, each request goes to the next one.
 */
export class OAuthScene {
  readonly servers: readonly IssuingServer[];
  readonly baseUrl: string;
  #turn = 0;

  constructor(servers: readonly IssuingServer[], baseUrl: string = servers[0]!.server.url) {
    this.servers = servers;
    this.baseUrl = baseUrl;
  }

  /** The server whose turn it is. */
  get #next(): IssuingServer {
    this.#turn += 1;
    return this.servers[this.#turn % this.servers.length]!;
  }

  newBrowser(): Browser {
    const { host } = new URL(this.baseUrl);
    return new Browser((url) => (url.host === host ? this.#next.server.url : null));
  }

  /** Sends a form to a route of OAuth, as a program does. A value that is null is left out. */
  post(path: string, parameters: Parameters, headers: { readonly [name: string]: string } = {}) {
    const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
    return fetch(`${this.#next.server.url}/oauth${path}`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(given),
    });
  }

  async register(metadata: Fields = {}): Promise<{ status: number; client: Fields & { client_id: string } }> {
    const response = await fetch(`${this.#next.server.url}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: 'A program', redirect_uris: [REDIRECT_URI], ...metadata }),
    });
    return { status: response.status, client: (await response.json()) as Fields & { client_id: string } };
  }

  attempt(clientId: string, changes: Parameters = {}): Attempt {
    const verifier = randomBytes(32).toString('base64url');
    const parameters = {
      ...{ client_id: clientId, redirect_uri: REDIRECT_URI, response_type: 'code', state: 'the state' },
      resource: `${this.baseUrl}/mcp`,
      scope: 'agent',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...changes,
    };
    const url = new URL(`${this.baseUrl}/oauth/authorize`);
    for (const [name, value] of Object.entries(parameters))
      if (value !== null) url.searchParams.set(name, value);
    return { url, verifier, redirectUri: parameters.redirect_uri ?? '', clientId };
  }

  /** Sends a request of the page for an access request or a code of a device. */
  async page(
    browser: Browser,
    user: string,
    path: string,
    body: Fields | null = null,
  ): Promise<{ status: number; fields: Fields }> {
    const token = await this.servers[0]!.token({ userId: userIdOf(user), scope: 'dashboard' });
    const response = await browser.send(new URL(`${this.baseUrl}/api/v1${path}`), {
      method: body === null ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'x-requested-with': 'agent-dashboard',
        ...(body !== null && { 'content-type': 'application/json' }),
      },
      ...(body !== null && { body: JSON.stringify(body) }),
    });
    return { status: response.status, fields: (await response.json()) as Fields };
  }

  /** Lets the person decide on the page to which the browser was led. */
  async decide(browser: Browser, user: string, { url, text }: Arrival, allow = true): Promise<Arrival> {
    const id = /^#\/connect\/([\w-]+)$/.exec(url.hash)?.[1];
    if (id === undefined) throw new Error(`no page that asks: ${url} ${text}`);
    const { fields } = await this.page(browser, user, `/access-requests/${id}`, { allow });
    return browser.open(String(fields.redirect_to));
  }

  /** Runs a sign-in up to the code that the program gets. */
  async codeFor(user: string, attempt: Attempt): Promise<string> {
    const browser = this.newBrowser();
    const { url } = await this.decide(browser, user, await browser.open(attempt.url));
    const code = url.searchParams.get('code');
    if (code === null) throw new Error(`no code: ${url}`);
    return code;
  }

  exchange(code: string, { verifier, redirectUri, clientId }: Attempt, changes: Parameters = {}) {
    return this.post('/token', {
      ...{ grant_type: 'authorization_code', code, code_verifier: verifier },
      ...{ redirect_uri: redirectUri, client_id: clientId },
      ...changes,
    });
  }

  refresh(clientId: string, refreshToken: string, changes: Parameters = {}) {
    return this.post('/token', {
      ...{ grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken },
      ...changes,
    });
  }

  /** Runs a whole sign-in of a program that registers. */
  async signIn(user: string, changes: Parameters = {}, metadata: Fields = {}) {
    const { client } = await this.register(metadata);
    const attempt = this.attempt(client.client_id, changes);
    const response = await this.exchange(await this.codeFor(user, attempt), attempt);
    if (response.status !== 200) throw new Error(`no tokens: ${await response.text()}`);
    return { clientId: client.client_id, tokens: (await response.json()) as Tokens };
  }

  /** Calls the REST API with an access token. */
  verify(token: string): Promise<Response> {
    return fetch(`${this.#next.server.url}/api/v1/auth/verify`, {
      headers: { authorization: `Bearer ${token}` },
    });
  }
}
