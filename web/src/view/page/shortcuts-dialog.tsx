import { signal } from '@preact/signals';
import { Dialog } from '../common/dialog.tsx';

export const isShortcutsDialogOpen = signal(false);

const SHORTCUTS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['j', 'k'], 'Next and previous agent'],
  [['/'], 'Search'],
  [['r'], 'Answer'],
  [['1', '…', '9'], 'Go to an option; Enter sends it'],
  [['Ctrl', 'Enter'], 'Send (⌘ Enter on a Mac)'],
  [['d'], 'Conversation or changes'],
  [['End'], 'Newest message'],
  [['Esc'], 'Back'],
  [['?'], 'These keys'],
];

export function ShortcutsDialog() {
  if (!isShortcutsDialogOpen.value) return null;
  return (
    <Dialog
      title="Keys"
      onClose={() => {
        isShortcutsDialogOpen.value = false;
      }}
    >
      <dl class="shortcuts">
        {SHORTCUTS.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
