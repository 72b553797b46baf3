import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { createApiKey, type NewApiKey, newToken, noteCopied } from '../../store/api-keys.ts';
import { showError } from '../../store/page/notices.ts';
import { askToSignInAgain } from '../../store/session/signed-in-user.ts';
import { CopyText } from '../common/copy-text.tsx';

/** The choices for how long a key is valid. Null: it does not expire. */
const EXPIRY_CHOICES: readonly (readonly [days: number | null, label: string])[] = [
  [30, 'After 30 days'],
  [90, 'After 90 days'],
  [365, 'After a year'],
  [null, 'Never'],
];

export function NewKeyForm() {
  const name = useSignal('');
  const scope = useSignal<NewApiKey['scope']>('agent');
  const expiryDays = useSignal<number | null>(90);
  const isSubmitting = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    isSubmitting.value = true;
    try {
      const text = await createApiKey({
        name: name.value.trim(),
        scope: scope.value,
        expires_in_days: expiryDays.value,
      });
      newToken.value = { text, isCopied: false };
      name.value = '';
    } catch (error) {
      if (!askToSignInAgain(error)) showError(error);
    }
    isSubmitting.value = false;
  };
  // A key that is copied is not shown again after the user has left the page.
  useEffect(
    () => () => {
      if (newToken.value?.isCopied) newToken.value = null;
    },
    [],
  );
  if (newToken.value !== null) {
    return (
      <section class="new-token" aria-label="The new key">
        <p>
          <strong>Copy the key now:</strong> it cannot be shown again.
        </p>
        <CopyText text={newToken.value.text} label="key" onCopy={noteCopied} />
        <button type="button" class="text-button" onClick={() => (newToken.value = null)}>
          Done
        </button>
      </section>
    );
  }
  return (
    <form class="new-key" onSubmit={submit}>
      <label>
        Name
        <input
          required
          maxLength={255}
          placeholder="laptop, ci, …"
          autocomplete="off"
          value={name.value}
          onInput={(event) => (name.value = event.currentTarget.value)}
        />
      </label>
      <label>
        Used by
        <select
          value={scope.value}
          onChange={(event) =>
            (scope.value = event.currentTarget.value === 'dashboard' ? 'dashboard' : 'agent')
          }
        >
          <option value="agent">Agents</option>
          <option value="dashboard">People</option>
        </select>
      </label>
      <label>
        Expires
        <select
          value={String(expiryDays.value)}
          onChange={(event) => (expiryDays.value = Number(event.currentTarget.value) || null)}
        >
          {EXPIRY_CHOICES.map(([choiceDays, label]) => (
            <option key={label} value={String(choiceDays)}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="main-button" disabled={isSubmitting.value || name.value.trim() === ''}>
        Create key
      </button>
    </form>
  );
}
