import { useMemo } from 'preact/hooks';
import { parseQuestion } from '../../../../src/domain/text/question-text.ts';
import type { Message } from '../../model/wire.ts';

interface OptionsProps {
  readonly question: Message;
  readonly onTap: (option: string) => void;
}

/** The answers that a question suggests, as buttons. */
export function Options({ question, onTap }: OptionsProps) {
  const { options } = useMemo(() => parseQuestion(question.content), [question.content]);
  if (options.length === 0) return null;
  return (
    <fieldset class="options" aria-label="Suggested answers">
      {options.map((option) => (
        <button
          type="button"
          class="option"
          key={option}
          onClick={() => {
            onTap(option);
            // The buttons disappear now. Without this, the focus would be at the beginning of the page.
            document.querySelector<HTMLElement>('.timeline')?.focus();
          }}
        >
          {option}
        </button>
      ))}
    </fieldset>
  );
}
