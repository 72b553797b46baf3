import { useSignal } from '@preact/signals';
import { RequestFailed } from '../server/request.ts';
import { signInProblem } from '../store/opening.ts';
import { signIn } from '../store/person.ts';
import { IdentityProviderButton } from './identity-provider-button.tsx';

const UNKNOWN_TOKEN = 'This token is not valid here, or not any more.';

const isUnknown = (error: Error): boolean => error instanceof RequestFailed && error.problem?.status === 401;

export function SignIn() {
  const token = useSignal('');
  const busy = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    signInProblem.value = null;
    await signIn({ token: token.value.trim() }).catch((error: Error) => {
      signInProblem.value = isUnknown(error) ? UNKNOWN_TOKEN : error.message;
    });
    busy.value = false;
  };
  return (
    <main class="sign-in">
      <h1>Agent Dashboard</h1>
      <p>
        Open the link that the server printed when it started, or paste a <strong>dashboard token</strong>.
      </p>
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
        <button type="submit" class="main-button" disabled={busy.value}>
          Sign in
        </button>
      </form>
      <IdentityProviderButton />
      <p class="problem" id="sign-in-problem" role="alert">
        {signInProblem.value}
      </p>
      <p class="muted">
        A token for this page: <code>agent-dashboard token issue --user local --scope dashboard</code>
      </p>
    </main>
  );
}
