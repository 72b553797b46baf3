import { signal } from '@preact/signals';
import { clearDrafts } from '../../model/storage/draft-storage.ts';
import { clearOutbox } from '../../model/storage/outbox-storage.ts';
import type { User } from '../../model/wire.ts';
import { urlOf } from '../../server/page-url.ts';
import { RequestError, request } from '../../server/request.ts';
import { readSessionFrom } from '../../server/session-header.ts';
import { openTabChannel } from '../../server/tab-channel.ts';
import { storage } from '../page/storage.ts';
import { forgetKeysAtSignIn, rememberKeysAtSignIn } from './session-keys.ts';

/** The user who is signed in. Undefined: not known yet. Null: signed out. */
export const signedInUser = signal<User | null | undefined>(undefined);

/** The name of the entry with the page's part of the session. Without the cookie it is worth nothing. */
const SESSION_ENTRY = 'session';
readSessionFrom(() => storage.getItem(SESSION_ENTRY));

/** Whether the page asks the user to sign in again. */
export const mustSignInAgain = signal(false);

/** Asks the user to sign in again if that is what the error says. Returns false for any other error. */
export function askToSignInAgain(error: unknown): boolean {
  const isAsked = error instanceof RequestError && error.problem?.code === 'sign_in_again';
  if (isAsked) mustSignInAgain.value = true;
  return isAsked;
}

/**
 * All tabs share the session. When a tab signs in or out, it sends the id of the user, or null, to the
 * others. They load the page again if they show someone else.
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

/**
 * Signs in with a one-time code or a token. The server sets a cookie, which scripts cannot read, and returns
 * the other part of the session.
 */
export async function signIn(
  credential: { readonly code: string } | { readonly token: string },
): Promise<void> {
  const { session, ...user } = await request<User & { readonly session: string }>('POST', '/auth/session', {
    body: credential,
  });
  storage.setItem(SESSION_ENTRY, session);
  // Signing in again does not begin another session. A failure here is no failure of the sign-in.
  if (!mustSignInAgain.value) void rememberKeysAtSignIn().catch(() => {});
  mustSignInAgain.value = false;
  signedInUser.value = user;
  otherTabs?.postMessage(signedInUser.value.user_id);
}

const endings: (() => Promise<void>)[] = [];

/** Does something before the session ends, while the server still knows the user. */
export function onSignOut(end: () => Promise<void>): void {
  endings.push(end);
}

/**
 * Signs out, deletes the user's drafts and unsent messages from the browser, and reloads the page.
 * @throws RequestError if the server could not end the session; the user is still signed in then
 */
export async function signOut(): Promise<void> {
  // If the server cannot be reached, the session does not end either.
  await Promise.allSettled(endings.map((end) => end()));
  await request('DELETE', '/auth/session').catch((error: unknown) => {
    if (!(error instanceof RequestError) || error.problem?.status !== 401) throw error;
  });
  storage.removeItem(SESSION_ENTRY);
  forgetKeysAtSignIn();
  deleteTraces();
  otherTabs?.postMessage(null);
  location.replace(urlOf('/'));
}
