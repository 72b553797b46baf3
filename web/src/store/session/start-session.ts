import { signal } from '@preact/signals';
import { parseSignInCode } from '../../model/route.ts';
import type { User } from '../../model/wire.ts';
import { request, RequestError } from '../../server/request.ts';
import { finishProviderSignIn } from './identity-provider.ts';
import { signedInUser, signIn } from './signed-in-user.ts';

/** Why nobody is signed in, where that needs saying. */
export const signInError = signal<string | null>(null);

const USED_LINK =
  'This link has been used, or is too old. Start the server again for a new one, or paste a token.';

const UNKNOWN_TOKEN = 'This token is not valid here, or not any more.';

/** Who opened the page: by the link's code, by an identity provider, or by the cookie. */
export async function startSession(): Promise<void> {
  const code = parseSignInCode(location.hash);
  // Out of the address before anything else: it must not stay in the history.
  if (code !== null) history.replaceState(null, '', `${location.pathname}${location.search}#/`);
  try {
    if (code !== null) await signIn({ code });
    else if (!(await finishProviderSignIn())) await signInByCookie();
  } catch (error) {
    if (code !== null && error instanceof RequestError && error.problem !== null) {
      // A used link, opened once more in a browser that is signed in, should just open.
      await signInByCookie().catch(() => null);
      if (!signedInUser.value) signInError.value = USED_LINK;
      return;
    }
    signedInUser.value = null;
    signInError.value = error instanceof Error ? error.message : null;
  }
}

/** A token that somebody pasted. */
export async function signInByToken(token: string): Promise<void> {
  signInError.value = null;
  try {
    await signIn({ token: token.trim() });
  } catch (error) {
    const isUnknown = error instanceof RequestError && error.problem?.status === 401;
    signInError.value = isUnknown ? UNKNOWN_TOKEN : (error as Error).message;
  }
}

/** Nobody being signed in is no problem to tell of. */
async function signInByCookie(): Promise<void> {
  try {
    signedInUser.value = await request<User>('GET', '/auth/verify');
  } catch (error) {
    signedInUser.value = null;
    if (!(error instanceof RequestError) || error.problem?.status !== 401) throw error;
  }
}
