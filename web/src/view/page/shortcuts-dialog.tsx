import { signal } from '@preact/signals';
import { Dialog } from '../common/dialog.tsx';

export const isShortcutsDialogOpen = signal(false);

const SHORTCUTS: readonly (readonly [keys: readonly string[], action: string])[] = [
  [['j', 'k'], 'Next or previous agent; after an answer, the next that waits'],
  [['n'], 'Next agent that waits for you, the one that waits longest first'],
  [['/'], 'Search the list, and in messages'],
  [['r'], 'Write an answer'],
  [['1', '…', '9'], 'Go to a suggested answer, or to a field of a form'],
  [['Enter'], 'Send what you have written'],
  [['Shift', 'Enter'], 'Make a new line'],
  [['d'], 'Switch between conversation and changes'],
  [['End'], 'Go to the newest message'],
  [['Esc'], 'Back to the list'],
  [['?'], 'Show these shortcuts'],
];

export function ShortcutsDialog() {
  if (!isShortcutsDialogOpen.value) return null;
  return (
    <Dialog
      title="Keyboard shortcuts"
      onClose={() => {
        isShortcutsDialogOpen.value = false;
      }}
    >
      <dl class="shortcuts">
        {SHORTCUTS.map(([keys, action]) => (
          <div key={action}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
