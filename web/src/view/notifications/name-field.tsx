import { useId } from 'preact/hooks';

const MAX_NAME_LENGTH = 255;

interface NameFieldProps {
  /** What the field contains at first. */
  readonly first: string;
  readonly placeholder?: string;
  readonly error?: string | null;
  readonly onInput: (name: string) => void;
}

/** The name of a destination. */
export function NameField({ first, placeholder, error = null, onInput }: NameFieldProps) {
  const id = useId();
  return (
    <div class="form-field" data-invalid={error !== null}>
      <label class="form-label" for={id}>
        Name
      </label>
      <input
        id={id}
        maxLength={MAX_NAME_LENGTH}
        autocomplete="off"
        dir="auto"
        placeholder={placeholder}
        defaultValue={first}
        aria-invalid={error !== null}
        aria-describedby={error === null ? undefined : `${id}-error`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {error !== null && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
