import type { ProviderSignIn } from '../../adapters/koa/rest/sign-in/provider-sign-in-routes.ts';
import type { SignInCodes } from '../../application/admin/sign-in-codes.ts';
import type { Config } from '../config/config.ts';
import type { TokenKeys } from '../config/token-keys.ts';

/**
 * Opens the sign-in at the identity provider. Returns null if there is none, or if this server must not make
 * tokens for people: a session of the page is a token of this server.
 */
export async function openProviderSignIn(
  { identityProvider }: Pick<Config, 'identityProvider'>,
  { signing }: TokenKeys,
  codes: SignInCodes,
): Promise<ProviderSignIn | null> {
  const options = identityProvider?.signIn ?? null;
  if (options === null || signing?.strength !== 'full') return null;
  // Servers without a provider need not load the library.
  const adapter = await import('../../adapters/openid/provider-sign-in.ts');
  const provider = new adapter.ProviderSignIn(options);
  return {
    begin: (redirectUri) => provider.begin(redirectUri),
    finish: (answer, attempt) => provider.finish(answer, attempt),
    newCode: (userId) => codes.newSharedCode(userId),
  };
}
