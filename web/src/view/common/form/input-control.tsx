import type { ControlProps } from './field-props.ts';

/** What stands for the text of a number field that is no number: browsers do not tell the text. */
const NO_NUMBER = 'no number';

/** A field in which the user types, or a list that opens. */
export function InputControl({ field, entry, error, id, describedBy, onChange }: ControlProps) {
  const { control, isRequired } = field;
  const common = {
    id,
    required: isRequired,
    'aria-invalid': error !== null,
    'aria-describedby': describedBy,
  };
  const text = String(entry);
  switch (control.kind) {
    case 'one':
      return (
        <select {...common} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">{isRequired ? 'Choose…' : 'No answer'}</option>
          {control.values.map(({ const: value, title }) => (
            <option key={value} value={value} selected={value === text}>
              {title}
            </option>
          ))}
        </select>
      );
    case 'long-text':
      return (
        <textarea
          {...common}
          rows={3}
          dir="auto"
          defaultValue={text}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'number':
      return (
        <input
          {...common}
          type="number"
          inputMode={control.step === 1 && (control.minimum ?? -1) >= 0 ? 'numeric' : 'decimal'}
          step={control.step}
          min={control.minimum}
          max={control.maximum}
          defaultValue={text}
          onInput={({ currentTarget: input }) => onChange(input.validity.badInput ? NO_NUMBER : input.value)}
        />
      );
    case 'text':
      return (
        <input
          {...common}
          // Each type of field has its own type of properties, and these are common to all.
          type={control.inputType as 'text'}
          dir={control.inputType === 'text' ? 'auto' : undefined}
          // Browsers ignore `off` for passwords, and would fill in the one for this page.
          autocomplete={control.inputType === 'password' ? 'new-password' : 'off'}
          defaultValue={text}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return null;
  }
}
