import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { IdentityProvider } from '../../model/wire.ts';
import { loadIdentityProvider, startProviderSignIn } from '../../store/session/identity-provider.ts';

/** The button is shown only if the server has an identity provider. */
export function IdentityProviderButton() {
  const provider = useSignal<IdentityProvider | null>(null);
  useEffect(() => {
    loadIdentityProvider().then(
      (loaded) => {
        provider.value = loaded;
      },
      () => null,
    );
  }, []);
  const known = provider.value;
  if (known === null) return null;
  return (
    <button type="button" class="plain-button" onClick={() => void startProviderSignIn(known)}>
      Sign in with your identity provider
    </button>
  );
}
