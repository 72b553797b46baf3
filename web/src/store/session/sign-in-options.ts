import type { IdentityProvider } from '../../model/wire.ts';
import { request } from '../../server/request.ts';

/** The ways to sign in that the server offers. */
export interface SignInOptions {
  readonly identity_provider: IdentityProvider | null;
  /** The command of the server's command line, as the person who runs the server types it. */
  readonly command: string | null;
}

let loading: Promise<SignInOptions> | null = null;

/** Loads the ways to sign in, once. A failed load is tried again by the next call. */
export function loadSignInOptions(): Promise<SignInOptions> {
  loading ??= request<SignInOptions>('GET', '/auth/options').catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** Returns how the person who runs the server types a command, such as `link`; null if that is not known. */
export const loadTypedCommand = (args: string): Promise<string | null> =>
  loadSignInOptions().then(
    ({ command }) => (command === null || command === undefined ? null : `${command} ${args}`),
    () => null,
  );
