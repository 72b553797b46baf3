import type { IdentityProvider } from '../../model/wire.ts';
import { urlOf } from '../../server/page-url.ts';
import { tabStorage } from '../page/storage.ts';
import { loadSignInOptions } from './sign-in-options.ts';

/** The key in `sessionStorage` of the view that was open before the user went to the identity provider. */
const VIEW_KEY = 'view-before-sign-in';

/** The fragment with which the server opens the page if the identity provider did not sign the user in. */
export const NOT_SIGNED_IN = '#not-signed-in';

/** Returns the identity provider that the server is configured with, or null if there is none. */
export const loadIdentityProvider = async (): Promise<IdentityProvider | null> =>
  (await loadSignInOptions()).identity_provider;

/** Goes to the provider's sign-in page. The server then opens this page again, with a one-time code. */
export function signInAtProvider({ sign_in_path }: IdentityProvider): void {
  tabStorage.setItem(VIEW_KEY, location.hash);
  location.assign(urlOf(sign_in_path));
}

/** Returns the fragment of the view that was open before, once. */
export function takeViewBeforeSignIn(): string {
  const fragment = tabStorage.getItem(VIEW_KEY);
  tabStorage.removeItem(VIEW_KEY);
  return fragment?.startsWith('#/') ? fragment : '#/';
}
