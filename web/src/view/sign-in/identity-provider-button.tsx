import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { IdentityProvider } from '../../model/wire.ts';
import { loadIdentityProvider, signInAtProvider } from '../../store/session/identity-provider.ts';

/** Starts signing in with the identity provider. Shows nothing if the server has none. */
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
  const loadedProvider = provider.value;
  if (loadedProvider === null) return null;
  return (
    <button type="button" class="plain-button" onClick={() => signInAtProvider(loadedProvider)}>
      Sign in with your identity provider
    </button>
  );
}
