import { signal } from '@preact/signals';
import type { User } from '../../model/wire.ts';
import { request, RequestError } from '../../server/request.ts';

/** Undefined: not known yet. Null: nobody is signed in. */
export const signedInUser = signal<User | null | undefined>(undefined);

/** Exchanges a one-time code or a token for the session cookie, which no script can read. */
export async function signIn(proof: { readonly code: string } | { readonly token: string }): Promise<void> {
  signedInUser.value = await request<User>('POST', '/auth/session', { body: proof });
}

/**
 * Nothing that the person wrote or saw stays behind in a browser that others may use: what is stored is
 * removed, and the page begins anew.
 * @throws RequestFailed: still signed in
 */
export async function signOut(): Promise<void> {
  await request('DELETE', '/auth/session').catch((error: unknown) => {
    if (!(error instanceof RequestError) || error.problem?.status !== 401) throw error;
  });
  for (const key of Object.keys(localStorage)) {
    if (/^(?:draft|outbox):/.test(key)) localStorage.removeItem(key);
  }
  location.replace('/');
}
