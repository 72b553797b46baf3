import { useSignal } from '@preact/signals';
import { outbox } from '../../store/agents/outbox.ts';
import { showError } from '../../store/page/notices.ts';
import { signedInUser, signOut } from '../../store/session/signed-in-user.ts';
import { Dialog } from '../common/dialog.tsx';
import { Icon } from '../common/icon.tsx';

export function SignOutButton() {
  const isConfirming = useSignal(false);
  const name = signedInUser.value?.display_name ?? signedInUser.value?.email ?? signedInUser.value?.user_id;
  const signOutNow = () => void signOut().catch(showError);
  const onClick = () => {
    if (outbox.value.length === 0) signOutNow();
    else isConfirming.value = true;
  };
  const cancel = () => {
    isConfirming.value = false;
  };
  return (
    <>
      <button type="button" class="text-button sign-out" onClick={onClick}>
        <Icon name="sign-out" /> Sign out{name ? ` ${name}` : ''}
      </button>
      {isConfirming.value && (
        <Dialog title="Sign out?" onClose={cancel}>
          <p>Some of your messages are not sent yet. If you sign out now, they are deleted.</p>
          <div class="dialog-actions">
            <button type="button" class="plain-button" onClick={cancel}>
              Cancel
            </button>
            <button type="button" class="main-button" onClick={signOutNow}>
              Sign out
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
