import { useMemo } from 'preact/hooks';
import type { FormAnswer, QuestionForm } from '../../../../../src/domain/question/form.ts';
import { entriesOfAnswer, initialEntries } from '../../../model/question/form-entries.ts';
import { errorsOfResponse } from '../../../model/question/form-errors.ts';
import { loadFormDraft, removeFormDraft, saveFormDraft } from '../../../store/agents/form-drafts.ts';
import { refusedForms } from '../../../store/agents/outbox.ts';
import { SchemaForm } from '../../common/form/schema-form.tsx';

interface AnswerFormProps {
  readonly questionId: string;
  readonly form: QuestionForm;
  readonly isSending: boolean;
  readonly onSend: (answer: FormAnswer) => void;
}

/** The form that a question asks to fill in. A reload of the page keeps what is in the fields. */
export function AnswerForm({ questionId, form, isSending, onSend }: AnswerFormProps) {
  const refused = refusedForms(questionId)[0];
  const first = useMemo(() => {
    const corrected = refused?.form ? entriesOfAnswer(form, refused.form) : null;
    return loadFormDraft(questionId) ?? corrected ?? initialEntries(form);
  }, [questionId]);
  const refusal = useMemo(
    () => (refused?.refusal ? errorsOfResponse(refused.refusal.errors) : null),
    [refused?.idempotencyKey],
  );
  return (
    <SchemaForm
      form={form}
      first={first}
      label="Your answer"
      submitLabel="Send answer"
      isSending={isSending}
      refusal={refusal}
      onChange={(entries) => saveFormDraft(questionId, entries)}
      onSubmit={(answer) => {
        removeFormDraft(questionId);
        onSend(answer);
      }}
    />
  );
}
