import { useSignal } from '@preact/signals';
import type { QuestionShape } from '../../model/wire.ts';

interface TextAnswerProps {
  /** Options that the question offers. A text with the label of one chooses it. */
  readonly options: NonNullable<QuestionShape['options']>;
  readonly isSending: boolean;
  readonly problem: string | null;
  readonly onSend: (text: string) => void;
}

/** Answers with a text of one's own, or with that of an option. A tap on an option sends nothing yet. */
export function TextAnswer({ options, isSending, problem, onSend }: TextAnswerProps) {
  const text = useSignal('');
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.value.trim() !== '') onSend(text.value.trim());
  };
  return (
    <form class="link-answer" onSubmit={submit}>
      {options.length > 0 && (
        <fieldset class="link-options">
          <legend>Suggested answers</legend>
          {options.map(({ label, value, description }) => (
            <button
              type="button"
              class="option"
              key={value}
              aria-pressed={text.value === label}
              onClick={() => {
                text.value = label;
              }}
            >
              <span dir="auto">{label}</span>{' '}
              {description !== null && (
                <span class="option-description" dir="auto">
                  {description}
                </span>
              )}
            </button>
          ))}
        </fieldset>
      )}
      <label for="link-answer">Your answer</label>
      <textarea
        id="link-answer"
        rows={3}
        dir="auto"
        required
        disabled={isSending}
        value={text.value}
        aria-describedby="link-problem"
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <button type="submit" class="main-button" disabled={isSending || text.value.trim() === ''}>
        Send answer
      </button>
      <p class="problem" id="link-problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
