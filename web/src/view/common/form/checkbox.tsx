import { useId } from 'preact/hooks';

interface CheckboxProps {
  readonly label: string;
  readonly description: string | null;
  readonly type?: 'checkbox' | 'radio';
  /** The name that the radio buttons of a group share. */
  readonly group?: string;
  readonly isChecked?: boolean;
  readonly errorId?: string | undefined;
  readonly onChange: (isChecked: boolean) => void;
}

/** A checkbox or radio button. All of its row reacts to a tap. */
export function Checkbox({ label, description, type, group, isChecked, errorId, onChange }: CheckboxProps) {
  const id = useId();
  return (
    <div class="checkbox">
      <input
        id={id}
        type={type ?? 'checkbox'}
        name={group}
        defaultChecked={isChecked ?? false}
        aria-describedby={errorId}
        aria-invalid={errorId !== undefined && type !== 'radio' ? true : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label for={id} dir="auto">
        {label}{' '}
        {description !== null && (
          <span class="option-description" dir="auto">
            {description}
          </span>
        )}
      </label>
    </div>
  );
}
