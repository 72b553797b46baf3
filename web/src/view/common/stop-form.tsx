import { useSignal } from '@preact/signals';

interface StopFormProps {
  /** What the button says that confirms. */
  readonly label: string;
  /** What was asked before; empty: nothing. */
  readonly reason?: string;
  readonly onStop: (reason: string) => void;
  readonly onCancel: () => void;
}

const MAX_REASON_LENGTH = 1_000;

/** Asks for the reason of a stop, and for a confirmation. */
export function StopForm({ label, reason: before = '', onStop, onCancel }: StopFormProps) {
  const reason = useSignal(before);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onStop(reason.value);
      }}
    >
      <label for="reason">Reason (optional)</label>
      <input
        id="reason"
        maxLength={MAX_REASON_LENGTH}
        autocomplete="off"
        dir="auto"
        value={reason.value}
        onInput={(event) => {
          reason.value = event.currentTarget.value;
        }}
      />
      <div class="dialog-actions">
        <button type="button" class="plain-button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" class="main-button">
          {label}
        </button>
      </div>
    </form>
  );
}
