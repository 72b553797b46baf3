import { useSignal } from '@preact/signals';
import type { ApiKey } from '../../model/wire.ts';
import { outbox } from '../../store/agents/outbox.ts';
import { showError } from '../../store/page/notices.ts';
import { readKeysOfSession } from '../../store/session/session-keys.ts';
import { signedInUser, signOut } from '../../store/session/signed-in-user.ts';
import { Icon } from '../common/icon.tsx';
import { SignOutDialog } from './sign-out-dialog.tsx';

/** @param isIcon whether it shows only the icon, where there is little room */
export function SignOutButton({ isIcon = false }: { readonly isIcon?: boolean }) {
  /** The keys that were made in this session, while the dialog is open; otherwise null. */
  const newKeys = useSignal<readonly ApiKey[] | null>(null);
  const name = signedInUser.value?.display_name ?? signedInUser.value?.email ?? signedInUser.value?.user_id;
  const label = `Sign out${name ? ` ${name}` : ''}`;
  const onClick = async () => {
    // A list that cannot be read must not keep anybody from signing out.
    const made = await readKeysOfSession().catch(() => []);
    if (made.length > 0 || outbox.value.length > 0) newKeys.value = made;
    else await signOut();
  };
  return (
    <>
      <button
        type="button"
        class={isIcon ? 'icon-button' : 'text-button sign-out'}
        title={isIcon ? label : undefined}
        onClick={() => void onClick().catch(showError)}
      >
        <Icon name="sign-out" /> <span class={isIcon ? 'for-screen-readers' : undefined}>{label}</span>
      </button>
      {newKeys.value !== null && (
        <SignOutDialog newKeys={newKeys.value} onClose={() => (newKeys.value = null)} />
      )}
    </>
  );
}
