import { useSignal } from '@preact/signals';
import { signInError, signInWithToken } from '../../store/session/sign-in-on-start.ts';
import { IdentityProviderButton } from './identity-provider-button.tsx';
import { SignInCommands } from './sign-in-commands.tsx';

/** The ways to sign in without a link. */
export function TokenForm() {
  const token = useSignal('');
  const isSubmitting = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    isSubmitting.value = true;
    await signInWithToken(token.value);
    isSubmitting.value = false;
  };
  return (
    <>
      <form onSubmit={submit}>
        <label for="token">Dashboard token</label>
        <input
          id="token"
          type="password"
          required
          autocomplete="off"
          spellcheck={false}
          value={token.value}
          aria-describedby="sign-in-problem"
          onInput={(event) => {
            token.value = event.currentTarget.value;
          }}
        />
        <button type="submit" class="main-button" disabled={isSubmitting.value}>
          Sign in
        </button>
      </form>
      <IdentityProviderButton />
      <p class="problem" id="sign-in-problem" role="alert">
        {signInError.value}
      </p>
      <SignInCommands />
    </>
  );
}
