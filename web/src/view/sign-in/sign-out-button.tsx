import { useSignal } from '@preact/signals';
import { outbox } from '../../store/agents/outbox.ts';
import { showError } from '../../store/page/notices.ts';
import { signedInUser, signOut } from '../../store/session/signed-in-user.ts';
import { Dialog } from '../common/dialog.tsx';
import { Icon } from '../common/icon.tsx';

export function SignOutButton() {
  const asks = useSignal(false);
  const who = signedInUser.value?.display_name ?? signedInUser.value?.email ?? signedInUser.value?.user_id;
  const leave = () => void signOut().catch(showError);
  const onClick = () => {
    if (outbox.value.length === 0) leave();
    else asks.value = true;
  };
  const stay = () => {
    asks.value = false;
  };
  return (
    <>
      <button type="button" class="text-button sign-out" onClick={onClick}>
        <Icon name="out" /> Sign out{who ? ` ${who}` : ''}
      </button>
      {asks.value && (
        <Dialog title="Sign out?" onClose={stay}>
          <p>What you wrote and could not be sent yet is thrown away.</p>
          <div class="dialog-actions">
            <button type="button" class="plain-button" onClick={stay}>
              Stay
            </button>
            <button type="button" class="main-button" onClick={leave}>
              Sign out
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
