import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { isWithinLimits, limitsText } from '../../../model/question/choice-limits.ts';
import type { QuestionShape } from '../../../model/wire.ts';
import { Checkbox } from '../../common/form/checkbox.tsx';

interface CheckboxesProps {
  readonly choice: Pick<QuestionShape, 'min' | 'max'> & {
    readonly options: NonNullable<QuestionShape['options']>;
  };
  readonly isSending: boolean;
  readonly onSend: (values: readonly string[]) => void;
}

/** The options of a question of which several can be chosen, and a button that sends them. */
export function Checkboxes({ choice, isSending, onSend }: CheckboxesProps) {
  const chosen = useSignal<readonly string[]>([]);
  const hasFailed = useSignal(false);
  const fieldset = useRef<HTMLFieldSetElement>(null);
  const id = useId();
  const count = chosen.value.length;
  const isFitting = isWithinLimits(count, choice);
  const submit = (event: Event) => {
    event.preventDefault();
    hasFailed.value = !isFitting;
    if (isFitting) onSend(chosen.value);
    else fieldset.current?.querySelector('input')?.focus();
  };
  const toggle = (value: string, isChosen: boolean) => {
    const others = chosen.value.filter((other) => other !== value);
    chosen.value = isChosen ? [...others, value] : others;
    if (isWithinLimits(chosen.value.length, choice)) hasFailed.value = false;
  };
  return (
    <form class="shaped" onSubmit={submit}>
      <div class="shaped-scroll">
        <fieldset class="shaped-fields" disabled={isSending} ref={fieldset} aria-describedby={`${id}-error`}>
          <legend class="shaped-legend">{limitsText(choice)}</legend>
          {choice.options.map(({ label, value, description }) => (
            <Checkbox
              key={value}
              label={label}
              description={description}
              onChange={(isChosen) => toggle(value, isChosen)}
            />
          ))}
        </fieldset>
      </div>
      <div class="shaped-foot">
        <p class="shaped-error" id={`${id}-error`} role="alert">
          {hasFailed.value && `${limitsText(choice)}. ${count} chosen.`}
        </p>
        <button type="submit" class="main-button" disabled={isSending}>
          {count === 0 && isFitting ? 'Send: none of these' : 'Send answer'}
        </button>
      </div>
    </form>
  );
}
