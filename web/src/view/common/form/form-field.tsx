import { useId } from 'preact/hooks';
import type { ShownField } from '../../../model/question/form-fields.ts';
import { Checkbox } from './checkbox.tsx';
import type { ControlProps, FieldProps } from './field-props.ts';
import { InputControl } from './input-control.tsx';
import { ManyValues, OneValue } from './value-list.tsx';

/** One field of a form, and what is wrong with it. */
export function FormField(props: FieldProps) {
  const { field, error } = props;
  const id = useId();
  const errorId = error === null ? undefined : `${id}-error`;
  const describedBy = [field.description === null ? null : `${id}-description`, errorId]
    .filter((each) => each != null)
    .join(' ');
  const control = { ...props, id, errorId, describedBy: describedBy || undefined };
  return (
    <div class="form-field" data-invalid={error !== null}>
      <LabelledControl {...control} />
      {error !== null && (
        <p class="field-error" id={errorId}>
          {field.label} {error}
        </p>
      )}
    </div>
  );
}

function LabelledControl(props: ControlProps) {
  const { field, entry, id, errorId, describedBy, onChange } = props;
  if (field.control.kind === 'checkbox')
    return (
      <Checkbox
        label={field.label}
        description={field.description}
        isChecked={entry === true}
        errorId={errorId}
        onChange={onChange}
      />
    );
  if (isGroup(field))
    return (
      <fieldset class="value-list" aria-describedby={describedBy}>
        <legend class="form-label" dir="auto">
          <LabelText field={field} />
        </legend>
        <Description field={field} id={id} />
        {field.control.kind === 'one' ? <OneValue {...props} /> : <ManyValues {...props} />}
      </fieldset>
    );
  return (
    <>
      <label class="form-label" for={id} dir="auto">
        <LabelText field={field} />
      </label>
      <Description field={field} id={id} />
      <InputControl {...props} />
    </>
  );
}

const LabelText = ({ field }: { readonly field: ShownField }) => (
  <>
    {field.label}
    {field.isRequired && <span class="required"> (required)</span>}
  </>
);

const Description = ({ field, id }: { readonly field: ShownField; readonly id: string }) =>
  field.description === null ? null : (
    <p class="shaped-description" id={`${id}-description`} dir="auto">
      {field.description}
    </p>
  );

/** More values than these are in a list that opens, so that the form stays short. */
const MAX_RADIO_BUTTONS = 6;

const isGroup = ({ control }: ShownField): boolean =>
  control.kind === 'several' || (control.kind === 'one' && control.values.length <= MAX_RADIO_BUTTONS);
