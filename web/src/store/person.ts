import { signal } from '@preact/signals';
import { signInCode } from '../model/route.ts';
import type { Person } from '../model/wire.ts';
import { ask, RequestFailed } from '../server/request.ts';

/** Undefined: not known yet. Null: nobody is signed in. */
export const person = signal<Person | null | undefined>(undefined);

/** Why nobody is signed in, where that needs saying. */
export const signInProblem = signal<string | null>(null);

/** Exchanges a one-time code or a token for the session cookie, which no script can read. */
export async function signIn(proof: { readonly code: string } | { readonly token: string }): Promise<void> {
  person.value = await ask<Person>('POST', '/auth/session', { body: proof });
  signInProblem.value = null;
}

export async function signOut(): Promise<void> {
  await ask('DELETE', '/auth/session').catch(() => null);
  person.value = null;
}

/** Who opened the page: by the link's code, else by the cookie. */
export async function whoIsIt(): Promise<void> {
  const code = signInCode(location.hash);
  // Out of the address before anything else: it must not stay in the history.
  if (code !== null) history.replaceState(null, '', `${location.pathname}${location.search}#/`);
  try {
    if (code !== null) await signIn({ code });
    else person.value = await ask<Person>('GET', '/auth/verify');
  } catch (error) {
    await afterFailure(error, code !== null);
  }
}

async function afterFailure(error: unknown, hadCode: boolean): Promise<void> {
  const problem = error instanceof RequestFailed ? error.problem : null;
  // A used link opened once more in a browser that is signed in already should just open.
  if (hadCode && problem !== null) {
    person.value = await ask<Person>('GET', '/auth/verify').catch(() => null);
    if (person.value !== null) return;
    signInProblem.value =
      'This link has been used or is too old. Start the server again for a new one, or paste a token.';
    return;
  }
  person.value = null;
  if (problem === null) signInProblem.value = 'The server cannot be reached.';
}
