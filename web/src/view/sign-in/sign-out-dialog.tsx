import { useSignal } from '@preact/signals';
import type { ApiKey } from '../../model/wire.ts';
import { outbox } from '../../store/agents/outbox.ts';
import { revokeApiKey } from '../../store/api-keys.ts';
import { showError } from '../../store/page/notices.ts';
import { signOut } from '../../store/session/signed-in-user.ts';
import { Dialog } from '../common/dialog.tsx';
import { Timestamp } from '../common/timestamp.tsx';

interface SignOutDialogProps {
  /** The keys that were made since the user signed in. */
  readonly newKeys: readonly ApiKey[];
  readonly onClose: () => void;
}

/** Says what a sign-out deletes, and what it leaves: keys that were made in this session stay valid. */
export function SignOutDialog({ newKeys, onClose }: SignOutDialogProps) {
  const selected = useSignal<readonly ApiKey[]>([]);
  const select = (key: ApiKey, isSelected: boolean) => {
    const others = selected.value.filter(({ id }) => id !== key.id);
    selected.value = isSelected ? [...others, key] : others;
  };
  const revokeAndSignOut = async () => {
    for (const key of selected.value) {
      await revokeApiKey(key);
      select(key, false);
    }
    await signOut();
  };
  return (
    <Dialog title="Sign out?" onClose={onClose}>
      {outbox.value.length > 0 && (
        <p>Some of your messages are not sent yet. If you sign out now, they are deleted.</p>
      )}
      {newKeys.length > 0 && (
        <fieldset class="new-keys">
          <legend>
            These API keys were made since you signed in. They stay valid, except those that you select here
            to be revoked:
          </legend>
          {newKeys.map((key) => (
            <label key={key.id}>
              <input
                type="checkbox"
                checked={selected.value.some(({ id }) => id === key.id)}
                onChange={({ currentTarget }) => select(key, currentTarget.checked)}
              />
              <span>
                {key.name}{' '}
                <span class="muted">
                  made <Timestamp time={key.created_at} />
                </span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <div class="dialog-actions">
        <button type="button" class="plain-button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="main-button" onClick={() => void revokeAndSignOut().catch(showError)}>
          {selected.value.length > 0 ? 'Revoke and sign out' : 'Sign out'}
        </button>
      </div>
    </Dialog>
  );
}
