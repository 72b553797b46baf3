import { signal } from '@preact/signals';
import { clearDrafts } from '../../model/storage/draft-storage.ts';
import { clearOutbox } from '../../model/storage/outbox-storage.ts';
import type { User } from '../../model/wire.ts';
import { urlOf } from '../../server/page-url.ts';
import { RequestError, request } from '../../server/request.ts';
import { openTabChannel } from '../../server/tab-channel.ts';
import { storage } from '../page/storage.ts';

/** The user who is signed in. Undefined: not known yet. Null: signed out. */
export const signedInUser = signal<User | null | undefined>(undefined);

/**
 * All tabs share the cookie. When a tab signs in or out, it sends the id of the user, or null, to the others.
 * They load the page again if they show someone else.
 */
const otherTabs = openTabChannel('session');
otherTabs?.addEventListener('message', ({ data: userId }: MessageEvent<string | null>) => {
  if (signedInUser.value === undefined || userId === (signedInUser.value?.user_id ?? null)) return;
  if (userId === null) deleteTraces();
  location.reload();
});

let isLeaving = false;

/** Returns true when the page closes because the user has signed out. Then it must store nothing more. */
export const isSigningOut = (): boolean => isLeaving;

/** Deletes what the browser has stored for the user, for other people who may use it. */
function deleteTraces(): void {
  isLeaving = true;
  if (!signedInUser.value) return;
  clearDrafts(storage, signedInUser.value.user_id);
  clearOutbox(storage, signedInUser.value.user_id);
}

/** Signs in with a one-time code or a token. The server sets a session cookie, which scripts cannot read. */
export async function signIn(
  credential: { readonly code: string } | { readonly token: string },
): Promise<void> {
  signedInUser.value = await request<User>('POST', '/auth/session', { body: credential });
  otherTabs?.postMessage(signedInUser.value.user_id);
}

/**
 * Signs out, deletes the user's drafts and unsent messages from the browser, and reloads the page.
 * @throws RequestError if the server could not end the session; the user is still signed in then
 */
export async function signOut(): Promise<void> {
  await request('DELETE', '/auth/session').catch((error: unknown) => {
    if (!(error instanceof RequestError) || error.problem?.status !== 401) throw error;
  });
  deleteTraces();
  otherTabs?.postMessage(null);
  location.replace(urlOf('/'));
}
