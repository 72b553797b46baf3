import { createHash, randomBytes } from 'node:crypto';

export const CLIENT_ID = 'dashboard';
/** No server listens at this address: the code is read from the URL of the redirect. */
export const REDIRECT_URI = 'http://127.0.0.1/signed-in';

export interface SignIn {
  readonly issuer: string;
  readonly subject: string;
  /** The resource that the access token is for (RFC 8707). */
  readonly resource: string;
}

/**
 * Runs the authorization code flow with PKCE (RFC 6749, 7636), as an app and a browser do.
 * @returns the access token
 */
export async function signIn({ issuer, subject, resource }: SignIn): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid',
    resource,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const answer = await signInAt(`${issuer}/auth?${query}`, subject);
  const code = answer.searchParams.get('code');
  if (code === null) throw new Error(`no code in ${answer}`);

  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CLIENT_ID,
      redirect_uri: REDIRECT_URI,
      code,
      code_verifier: verifier,
      resource,
    }),
  });
  const { access_token } = (await response.json()) as { access_token?: string };
  if (access_token === undefined) throw new Error(`no access token: ${response.status}`);
  return access_token;
}

/**
 * Does what a person does at a provider: signs in, and agrees.
 * @param address where an app has sent the browser
 * @returns the address at which the browser comes back to the app
 */
export async function signInAt(address: string, subject: string): Promise<URL> {
  const browser = new Browser();
  let page = await browser.open(address);
  page = await browser.submit(page, { prompt: 'login', login: subject, password: 'any' });
  page = await browser.submit(page, { prompt: 'consent' });
  return new URL(page.url);
}

interface Page {
  readonly url: string;
  readonly html: string;
}

/** A browser that keeps cookies by name and follows redirects until one leads to the app. */
class Browser {
  readonly #cookies = new Map<string, string>();

  async open(url: string, form?: URLSearchParams): Promise<Page> {
    if (url.startsWith(REDIRECT_URI)) return { url, html: '' };
    const headers = { cookie: Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ') };
    const post = form === undefined ? {} : { method: 'POST', body: form };
    const response = await fetch(url, { redirect: 'manual', headers, ...post });
    this.#storeCookies(response.headers.getSetCookie());
    const html = await response.text();
    const location = response.headers.get('location');
    if (location !== null) return this.open(new URL(location, url).href);
    if (response.status !== 200) throw new Error(`${response.status} at ${url}: ${html}`);
    return { url, html };
  }

  /** Sends the page's form with these values. */
  submit({ url, html }: Page, values: { readonly [name: string]: string }): Promise<Page> {
    const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1];
    if (action === undefined) throw new Error(`no form at ${url}`);
    return this.open(new URL(action, url).href, new URLSearchParams(values));
  }

  #storeCookies(setCookieHeaders: readonly string[]): void {
    for (const header of setCookieHeaders) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(header)!;
      if (value === '') this.#cookies.delete(name!);
      else this.#cookies.set(name!, value!);
    }
  }
}
