import type { IdentityProvider } from '../../model/wire.ts';
import { urlOf } from '../../server/page-url.ts';
import { tabStorage } from '../page/storage.ts';
import { loadSignInOptions } from './sign-in-options.ts';
import { signIn } from './signed-in-user.ts';

/**
 * The key of the `SignInAttempt` in `sessionStorage`, which keeps it while the user is at the identity
 * provider. The browser deletes it when the tab is closed.
 */
const ATTEMPT_KEY = 'sign-in-attempt';

/** The secrets of one OAuth 2.0 authorization code flow with PKCE (RFC 7636), for a public client. */
interface SignInAttempt {
  readonly state: string;
  readonly verifier: string;
}

const redirectUri = (): string => urlOf('/');

/** Returns the identity provider that the server is configured with, or null if there is none. */
export const loadIdentityProvider = async (): Promise<IdentityProvider | null> =>
  (await loadSignInOptions()).identity_provider;

/**
 * Opens the provider's sign-in page. The provider then opens this page with a code in the address.
 * @throws Error if the browser cannot do what this needs
 */
export async function startProviderSignIn(provider: IdentityProvider): Promise<void> {
  if (crypto.subtle === undefined)
    throw new Error('Signing in at an identity provider needs HTTPS. Paste a token instead.');
  const attempt: SignInAttempt = { state: createRandomText(), verifier: createRandomText() };
  tabStorage.setItem(ATTEMPT_KEY, JSON.stringify(attempt));
  if (!tabStorage.isLasting(ATTEMPT_KEY)) {
    throw new Error('Your browser forbids this page to store anything. Allow it, or paste a token.');
  }
  const challenge = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(attempt.verifier));
  const address = new URL(provider.authorization_endpoint);
  for (const [name, value] of Object.entries({
    response_type: 'code',
    client_id: provider.client_id,
    redirect_uri: redirectUri(),
    scope: provider.scope,
    state: attempt.state,
    code_challenge: toBase64Url(new Uint8Array(challenge)),
    code_challenge_method: 'S256',
  })) {
    address.searchParams.set(name, value);
  }
  location.assign(address);
}

/**
 * Signs in with the code that the identity provider has added to the page's address.
 * @returns false if the page was not opened by an identity provider
 * @throws Error with a message for the user, if the identity provider did not sign them in, or the server has
 * no identity provider
 */
export async function finishProviderSignIn(): Promise<boolean> {
  const parameters = new URLSearchParams(location.search);
  const savedAttempt = tabStorage.getItem(ATTEMPT_KEY);
  if (savedAttempt === null || !parameters.has('state')) return false;
  tabStorage.removeItem(ATTEMPT_KEY);
  history.replaceState(null, '', `${location.pathname}#/`);
  const { state, verifier } = JSON.parse(savedAttempt) as SignInAttempt;
  const code = parameters.get('code');
  if (parameters.get('state') !== state || code === null) {
    throw new Error(parameters.get('error_description') ?? 'The identity provider did not sign you in.');
  }
  const provider = await loadIdentityProvider();
  if (provider === null) throw new Error('This server has no identity provider.');
  await signIn({ token: await fetchAccessToken(provider, code, verifier) });
  return true;
}

async function fetchAccessToken(provider: IdentityProvider, code: string, verifier: string): Promise<string> {
  const response = await fetch(provider.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri(),
      client_id: provider.client_id,
      code_verifier: verifier,
    }),
  });
  const { access_token } = (await response.json()) as { access_token?: string };
  if (access_token === undefined) throw new Error('The identity provider did not return a token.');
  return access_token;
}

const createRandomText = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(32)));

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
