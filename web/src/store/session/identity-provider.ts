import type { IdentityProvider } from '../../model/wire.ts';
import { request } from '../../server/request.ts';
import { signIn } from './signed-in-user.ts';

/**
 * Sign-in at an identity provider: authorization code with PKCE, for a public client. What has to be
 * remembered on the way is a secret of one attempt, and goes with the tab.
 */
const ATTEMPT = 'sign-in-attempt';

interface Attempt {
  readonly state: string;
  readonly verifier: string;
}

const redirectUri = (): string => `${location.origin}/`;

export const loadIdentityProvider = async (): Promise<IdentityProvider | null> =>
  (await request<{ identity_provider: IdentityProvider | null }>('GET', '/auth/options')).identity_provider;

/** Leaves the page; it is opened again with a code in its address. */
export async function startProviderSignIn(provider: IdentityProvider): Promise<void> {
  const attempt: Attempt = { state: randomText(), verifier: randomText() };
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  const challenge = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(attempt.verifier));
  const address = new URL(provider.authorization_endpoint);
  for (const [name, value] of Object.entries({
    response_type: 'code',
    client_id: provider.client_id,
    redirect_uri: redirectUri(),
    scope: provider.scope,
    state: attempt.state,
    code_challenge: base64url(new Uint8Array(challenge)),
    code_challenge_method: 'S256',
  })) {
    address.searchParams.set(name, value);
  }
  location.assign(address);
}

/** @returns whether this opening of the page was the way back from an identity provider */
export async function finishProviderSignIn(): Promise<boolean> {
  const answer = new URLSearchParams(location.search);
  const kept = sessionStorage.getItem(ATTEMPT);
  if (kept === null || !answer.has('state')) return false;
  sessionStorage.removeItem(ATTEMPT);
  history.replaceState(null, '', `${location.pathname}#/`);
  const { state, verifier } = JSON.parse(kept) as Attempt;
  const code = answer.get('code');
  if (answer.get('state') !== state || code === null) {
    throw new Error(answer.get('error_description') ?? 'The identity provider did not sign you in.');
  }
  const provider = await loadIdentityProvider();
  if (provider === null) throw new Error('This server knows no identity provider.');
  await signIn({ token: await accessToken(provider, code, verifier) });
  return true;
}

async function accessToken(provider: IdentityProvider, code: string, verifier: string): Promise<string> {
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
  if (access_token === undefined) throw new Error('The identity provider gave no token.');
  return access_token;
}

const randomText = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
