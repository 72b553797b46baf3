import { chosenValues, ENDING_NOTES } from '../../model/question/ending.ts';
import type { Message } from '../../model/wire.ts';
import { Icon } from '../common/icon.tsx';

interface QuestionEndingProps {
  readonly question: Message;
  readonly answer: Message | null;
}

/** Shows which of its options the answer of a question has chosen, and how it ended without a person. */
export function QuestionEnding({ question, answer }: QuestionEndingProps) {
  const options = question.question?.options ?? [];
  const chosen = chosenValues(answer);
  const note = ENDING_NOTES[question.question_status ?? 'closed'];
  return (
    <>
      {options.length > 0 && (
        <ul class="question-options" aria-label="Options">
          {options.map(({ label, value }) => (
            <li key={value} data-chosen={chosen.includes(value)} dir="auto">
              {chosen.includes(value) && <Icon name="check" />}
              {label}
              {chosen.includes(value) && <span class="for-screen-readers"> (chosen)</span>}
            </li>
          ))}
        </ul>
      )}
      {note !== null && <p class="ending-note">{note}</p>}
    </>
  );
}
