import { signal } from '@preact/signals';
import type { User } from '../../model/wire.ts';
import { urlOf } from '../../server/page-url.ts';
import { RequestError, request } from '../../server/request.ts';

/** The user who is signed in. Undefined: not known yet. Null: signed out. */
export const signedInUser = signal<User | null | undefined>(undefined);

/** Signs in with a one-time code or a token. The server sets a session cookie, which scripts cannot read. */
export async function signIn(
  credential: { readonly code: string } | { readonly token: string },
): Promise<void> {
  signedInUser.value = await request<User>('POST', '/auth/session', { body: credential });
}

/**
 * Signs out, deletes the user's drafts and unsent messages from the browser, and reloads the page. Other
 * people may use the same browser, so nothing of this user stays in it.
 * @throws RequestError if the server could not end the session; the user is still signed in then
 */
export async function signOut(): Promise<void> {
  await request('DELETE', '/auth/session').catch((error: unknown) => {
    if (!(error instanceof RequestError) || error.problem?.status !== 401) throw error;
  });
  for (const key of Object.keys(localStorage)) {
    if (/^(?:draft|outbox):/.test(key)) localStorage.removeItem(key);
  }
  location.replace(urlOf('/'));
}
