import { signal } from '@preact/signals';
import { parseRoute, parseSignInCode } from '../../model/route.ts';
import type { User } from '../../model/wire.ts';
import { RequestError, request } from '../../server/request.ts';
import { currentRoute } from '../page/current-route.ts';
import { NOT_SIGNED_IN, takeViewBeforeSignIn } from './identity-provider.ts';
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

const NOT_SIGNED_IN_ERROR = 'The identity provider did not sign you in. Try again, or paste a token.';
const INVALID_TOKEN_ERROR = 'This token is not valid. It may be incomplete, expired or revoked.';

/**
 * Signs the user in when the page is opened, and when a sign-in link is opened in a tab that shows the page
 * already: that changes only the address.
 */
export function startSigningIn(): void {
  // An answer link needs no session, and its page must not use up anything that belongs to one.
  let isStarted = currentRoute.value.page !== 'answer';
  if (isStarted) void signInFromAddress();
  addEventListener('hashchange', () => {
    const isFirst = !isStarted && currentRoute.value.page !== 'answer';
    if (!isFirst && parseSignInCode(location.hash) === null) return;
    isStarted = true;
    void signInFromAddress();
  });
}

/**
 * Signs the user in with the code of a sign-in link, or of an identity provider's answer, or with the session
 * cookie.
 */
async function signInFromAddress(): Promise<void> {
  const code = parseSignInCode(location.hash);
  const isRefused = location.hash === NOT_SIGNED_IN;
  // The code is removed from the address first, so that it does not stay in the browser's history.
  if (code !== null || isRefused) {
    history.replaceState(null, '', `${location.pathname}${location.search}${takeViewBeforeSignIn()}`);
    currentRoute.value = parseRoute(location.hash);
  }
  try {
    if (code !== null) await signIn({ code });
    else await signInWithCookie();
    if (isRefused && !signedInUser.value) signInError.value = NOT_SIGNED_IN_ERROR;
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
