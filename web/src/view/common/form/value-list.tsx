import { useRef } from 'preact/hooks';
import { Checkbox } from './checkbox.tsx';
import type { ControlProps } from './field-props.ts';

/** Radio buttons. If the field may stay empty, one of them says so. */
export function OneValue({ field, entry, id, errorId, onChange }: ControlProps) {
  if (field.control.kind !== 'one') return null;
  const none = field.isRequired ? [] : [{ const: '', title: 'No answer' }];
  return [...field.control.values, ...none].map(({ const: value, title }) => (
    <Checkbox
      key={value}
      type="radio"
      group={id}
      label={title}
      description={null}
      isChecked={entry === value}
      errorId={errorId}
      onChange={() => onChange(value)}
    />
  ));
}

/** Checkboxes. */
export function ManyValues({ field, entry, errorId, onChange }: ControlProps) {
  const chosen = useRef<readonly string[]>(Array.isArray(entry) ? entry : []);
  if (field.control.kind !== 'several') return null;
  return field.control.values.map(({ const: value, title }) => (
    <Checkbox
      key={value}
      label={title}
      description={null}
      isChecked={chosen.current.includes(value)}
      errorId={errorId}
      onChange={(isChosen) => {
        const others = chosen.current.filter((other) => other !== value);
        chosen.current = isChosen ? [...others, value] : others;
        onChange(chosen.current);
      }}
    />
  ));
}
