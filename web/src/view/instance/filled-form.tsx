import type { FormAnswer, QuestionForm } from '../../../../src/domain/question/form.ts';
import { filledFields } from '../../model/question/filled-fields.ts';

interface FilledFormProps {
  /** Null: the question is not loaded. Then the fields have their names as labels. */
  readonly form: QuestionForm | null;
  readonly answer: FormAnswer;
}

/** A form that the user has filled in, as labels and values. */
export function FilledForm({ form, answer }: FilledFormProps) {
  const fields = filledFields(form, answer);
  if (fields.length === 0) return <p class="muted">Nothing filled in</p>;
  return (
    <dl class="filled-form">
      {fields.map(({ name, label, text }) => (
        <div key={name}>
          <dt dir="auto">{label}</dt>
          <dd dir="auto">{text}</dd>
        </div>
      ))}
    </dl>
  );
}
