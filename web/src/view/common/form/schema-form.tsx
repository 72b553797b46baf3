import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { FormAnswer, QuestionForm } from '../../../../../src/domain/question/form.ts';
import {
  areSame,
  type Entry,
  type FormEntries,
  valuesOfEntries,
} from '../../../model/question/form-entries.ts';
import { errorsIn, type FormErrors, NO_ERRORS, withoutErrorOf } from '../../../model/question/form-errors.ts';
import { fieldsOf } from '../../../model/question/form-fields.ts';
import { FormField } from './form-field.tsx';

interface SchemaFormProps {
  readonly form: QuestionForm;
  /** What the fields contain at first. Later changes of it have no effect. */
  readonly first: FormEntries;
  /** The heading of a form that has no title: only screen readers read it. */
  readonly label: string;
  readonly submitLabel: string;
  readonly isSending: boolean;
  /** The fields whose text is not shown while it is typed. */
  readonly secretFields?: readonly string[];
  /** What the server found wrong. Null: it found nothing, or has not looked yet. */
  readonly refusal?: FormErrors | null;
  /** What is wrong with the form as a whole. */
  readonly problem?: string | null;
  readonly onChange?: (entries: FormEntries) => void;
  readonly onSubmit: (answer: FormAnswer) => void;
  /** Called in place of `onSubmit`, without a check, if the fields contain what they did at first. */
  readonly onUnchanged?: () => void;
  /** Whether fields that must not stay empty say so. Default: true. */
  readonly marksRequired?: boolean;
  /** Fields before those of the form. */
  readonly before?: ComponentChildren;
  /** Fields after those of the form. */
  readonly after?: ComponentChildren;
}

/** The form of a flat JSON Schema. It checks what was filled in as the server will. The fields keep it. */
export function SchemaForm({
  form,
  first,
  refusal = null,
  isSending,
  marksRequired = true,
  ...props
}: SchemaFormProps) {
  const entries = useRef<FormEntries>(first);
  const errors = useSignal<FormErrors>(NO_ERRORS);
  const shouldFocus = useRef(false);
  const element = useRef<HTMLFormElement>(null);
  const id = useId();
  const showErrors = (found: FormErrors) => {
    shouldFocus.current = true;
    errors.value = found;
  };
  useEffect(() => {
    if (refusal !== null) showErrors(refusal);
  }, [refusal]);
  useLayoutEffect(() => {
    if (shouldFocus.current)
      element.current
        ?.querySelector<HTMLElement>('[data-invalid="true"] :is(input, select, textarea)')
        ?.focus();
    shouldFocus.current = false;
  }, [errors.value]);
  const change = (name: string, entry: Entry) => {
    entries.current = { ...entries.current, [name]: entry };
    props.onChange?.(entries.current);
    if (errors.value.has(name)) errors.value = withoutErrorOf(errors.value, name);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (props.onUnchanged !== undefined && areSame(entries.current, first)) {
      showErrors(NO_ERRORS);
      props.onUnchanged();
      return;
    }
    const answer = valuesOfEntries(form, entries.current);
    const found = errorsIn(form, answer);
    showErrors(found);
    if (found.size === 0) props.onSubmit(answer);
  };
  return (
    <form class="shaped" noValidate ref={element} onSubmit={submit}>
      <div class="shaped-scroll">
        <fieldset class="shaped-fields" disabled={isSending} aria-describedby={`${id}-description`}>
          <legend class={form.title ? 'shaped-legend' : 'for-screen-readers'}>
            {form.title || props.label}
          </legend>
          {form.description && (
            <p class="shaped-description" id={`${id}-description`} dir="auto">
              {form.description}
            </p>
          )}
          {props.before}
          {fieldsOf(form, props.secretFields).map((field) => (
            <FormField
              key={field.name}
              field={marksRequired ? field : { ...field, isRequired: false }}
              entry={Object.hasOwn(first, field.name) ? first[field.name]! : ''}
              error={errors.value.get(field.name) ?? null}
              onChange={(entry) => change(field.name, entry)}
            />
          ))}
          {props.after}
        </fieldset>
      </div>
      <div class="shaped-foot">
        <p class="shaped-error" role="alert">
          {props.problem ?? countText(errors.value.size)}
        </p>
        <button type="submit" class="main-button" disabled={isSending}>
          {props.submitLabel}
        </button>
      </div>
    </form>
  );
}

const countText = (count: number): string =>
  count === 0
    ? ''
    : count === 1
      ? 'One field needs a correction. It says above what is wrong.'
      : `${count} fields need a correction. Each says above what is wrong.`;
