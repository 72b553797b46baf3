import { signal } from '@preact/signals';
import { signInCode } from '../../model/page-address.ts';
import type { Person } from '../../model/wire.ts';
import { ask, RequestFailed } from '../../server/request.ts';
import { comeBackFromIdentityProvider } from './identity-provider.ts';
import { person, signIn } from './signed-in-user.ts';

/** Why nobody is signed in, where that needs saying. */
export const signInProblem = signal<string | null>(null);

const USED_LINK =
  'This link has been used, or is too old. Start the server again for a new one, or paste a token.';

const UNKNOWN_TOKEN = 'This token is not valid here, or not any more.';

/** Who opened the page: by the link's code, by an identity provider, or by the cookie. */
export async function openPage(): Promise<void> {
  const code = signInCode(location.hash);
  // Out of the address before anything else: it must not stay in the history.
  if (code !== null) history.replaceState(null, '', `${location.pathname}${location.search}#/`);
  try {
    if (code !== null) await signIn({ code });
    else if (!(await comeBackFromIdentityProvider())) await signInByCookie();
  } catch (error) {
    if (code !== null && error instanceof RequestFailed && error.problem !== null) {
      // A used link, opened once more in a browser that is signed in, should just open.
      await signInByCookie().catch(() => null);
      if (!person.value) signInProblem.value = USED_LINK;
      return;
    }
    person.value = null;
    signInProblem.value = error instanceof Error ? error.message : null;
  }
}

/** A token that somebody pasted. */
export async function signInByToken(token: string): Promise<void> {
  signInProblem.value = null;
  try {
    await signIn({ token: token.trim() });
  } catch (error) {
    const isUnknown = error instanceof RequestFailed && error.problem?.status === 401;
    signInProblem.value = isUnknown ? UNKNOWN_TOKEN : (error as Error).message;
  }
}

/** Nobody being signed in is no problem to tell of. */
async function signInByCookie(): Promise<void> {
  try {
    person.value = await ask<Person>('GET', '/auth/verify');
  } catch (error) {
    person.value = null;
    if (!(error instanceof RequestFailed) || error.problem?.status !== 401) throw error;
  }
}
