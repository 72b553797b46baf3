import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { IdentityProvider } from '../../model/wire.ts';
import { startProviderSignIn, loadIdentityProvider } from '../../store/session/identity-provider.ts';

/** Shown where the server knows one. */
export function IdentityProviderButton() {
  const provider = useSignal<IdentityProvider | null>(null);
  useEffect(() => {
    loadIdentityProvider().then(
      (known) => {
        provider.value = known;
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
