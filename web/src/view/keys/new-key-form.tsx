import { useSignal } from '@preact/signals';
import { createApiKey, type NewApiKey } from '../../store/api-keys.ts';
import { showError } from '../../store/page/notices.ts';
import { CopyText } from '../common/copy-text.tsx';

/** How long a key may live, in days. */
const LIVES: readonly (readonly [days: number | null, words: string])[] = [
  [30, '30 days'],
  [90, '90 days'],
  [365, 'A year'],
  [null, 'No end'],
];

export function NewKeyForm() {
  const name = useSignal('');
  const scope = useSignal<NewApiKey['scope']>('agent');
  const days = useSignal<number | null>(90);
  const token = useSignal<string | null>(null);
  const busy = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    try {
      token.value = await createApiKey({
        name: name.value.trim(),
        scope: scope.value,
        expires_in_days: days.value,
      });
      name.value = '';
    } catch (error) {
      showError(error);
    }
    busy.value = false;
  };
  if (token.value !== null) {
    return (
      <section class="new-token" aria-label="The new key">
        <p>
          <strong>Copy it now:</strong> it is stored nowhere and cannot be shown again.
        </p>
        <CopyText text={token.value} what="key" />
        <button type="button" class="text-button" onClick={() => (token.value = null)}>
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
        For
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
        Lives
        <select
          value={String(days.value)}
          onChange={(event) => (days.value = Number(event.currentTarget.value) || null)}
        >
          {LIVES.map(([life, words]) => (
            <option key={words} value={String(life)}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="main-button" disabled={busy.value || name.value.trim() === ''}>
        Create key
      </button>
    </form>
  );
}
