import { signal } from '@preact/signals';
import { parseSignInCode } from '../../model/route.ts';
import type { IdentityProvider, User } from '../../model/wire.ts';
import { RequestError, request } from '../../server/request.ts';
import { finishProviderSignIn, startProviderSignIn } from './identity-provider.ts';
import { loadTypedCommand } from './sign-in-options.ts';
import { signedInUser, signIn } from './signed-in-user.ts';

/** Why signing in failed, as a text for the user. Null: there is no error to show. */
export const signInError = signal<string | null>(null);

async function usedLinkError(): Promise<string> {
  const command = await loadTypedCommand('link');
  const remedy =
    command === null ? 'Get a new link' : `Where the server runs, this prints a new one: ${command}`;
  return `This link has been used, or it has expired. ${remedy}, or paste a token.`;
}

const INVALID_TOKEN_ERROR = 'This token is not valid. It may be incomplete, expired or revoked.';

/**
 * Signs the user in when the page is opened, and when a sign-in link is opened in a tab that shows the page
 * already: that changes only the address.
 */
export function startSigningIn(): void {
  void signInFromAddress();
  addEventListener('hashchange', () => {
    if (parseSignInCode(location.hash) !== null) void signInFromAddress();
  });
}

/**
 * Signs the user in with the code of a sign-in link, with the response of an identity provider, or with the
 * session cookie.
 */
async function signInFromAddress(): Promise<void> {
  const code = parseSignInCode(location.hash);
  // The code is removed from the address first, so that it does not stay in the browser's history.
  if (code !== null) history.replaceState(null, '', `${location.pathname}${location.search}#/`);
  try {
    if (code !== null) await signIn({ code });
    else if (!(await finishProviderSignIn())) await signInWithCookie();
  } catch (error) {
    if (code !== null && error instanceof RequestError && error.problem !== null) {
      // The link has been used before. If the browser still has a valid cookie, the page opens as usual.
      await signInWithCookie().catch(() => null);
      if (!signedInUser.value) signInError.value = await usedLinkError();
      return;
    }
    // A link that cannot be used leaves the user signed in who was so before.
    signedInUser.value ??= null;
    signInError.value = error instanceof Error ? error.message : null;
  }
}

/** Opens the sign-in page of the identity provider. */
export async function signInAtProvider(provider: IdentityProvider): Promise<void> {
  signInError.value = null;
  try {
    await startProviderSignIn(provider);
  } catch (error) {
    signInError.value = error instanceof Error ? error.message : null;
  }
}

/** Signs in with a token that the user has pasted. */
export async function signInWithToken(token: string): Promise<void> {
  signInError.value = null;
  try {
    await signIn({ token: token.trim() });
  } catch (error) {
    const isInvalid = error instanceof RequestError && error.problem?.status === 401;
    signInError.value = isInvalid ? INVALID_TOKEN_ERROR : (error as Error).message;
  }
}

/** Signs in with the session cookie. If it is missing or expired, the page asks the user to sign in. */
async function signInWithCookie(): Promise<void> {
  try {
    signedInUser.value = await request<User>('GET', '/auth/verify');
  } catch (error) {
    signedInUser.value = null;
    if (!(error instanceof RequestError) || error.problem?.status !== 401) throw error;
  }
}
