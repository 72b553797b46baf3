import { mustSignInAgain } from '../../store/session/signed-in-user.ts';
import { Dialog } from '../common/dialog.tsx';
import { TokenForm } from './token-form.tsx';

/** Lets the user sign in again, for what a sign-in that is old does not permit. */
export function SignInAgainDialog() {
  if (!mustSignInAgain.value) return null;
  return (
    <Dialog title="Sign in again" onClose={() => (mustSignInAgain.value = false)}>
      <p>
        This needs a sign-in of the last hour. Open a new link in this browser, or paste a dashboard token.
        Then try again.
      </p>
      <div class="sign-in-again">
        <TokenForm />
      </div>
    </Dialog>
  );
}
