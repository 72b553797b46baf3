import { preview } from '../../../model/preview.ts';
import type { QuestionQueue } from '../../../model/question/question-queue.ts';
import { textOf } from '../../../model/question/question-text.ts';
import { Icon } from '../../common/icon.tsx';
import { showQuestion } from './chosen-question.ts';

interface QuestionPickerProps {
  readonly queue: QuestionQueue;
  /** The position of the newest message. */
  readonly newestPosition: number;
}

/**
 * Says which of several open questions is answered, and leads to the others. Shown for a single one, too, if
 * newer messages have moved it up in the timeline.
 */
export function QuestionPicker({ queue: { question, open }, newestPosition }: QuestionPickerProps) {
  if (question === null || (open.length === 1 && question.position >= newestPosition)) return null;
  const index = open.indexOf(question);
  const other = (offset: 1 | -1) => open.at((index + offset) % open.length)!.id;
  const hasOthers = open.length > 1;
  return (
    <fieldset class="question-picker">
      <legend class="for-screen-readers">Open questions</legend>
      {hasOthers && (
        <button
          type="button"
          class="icon-button"
          aria-label="Previous question"
          onClick={() => showQuestion(other(-1))}
        >
          <Icon name="back" />
        </button>
      )}
      <button type="button" class="picked-question" onClick={() => showQuestion(question.id)}>
        {hasOthers && (
          <span class="picked-number">
            {index + 1} of {open.length} questions
          </span>
        )}
        <span class="picked-text" dir="auto">
          {preview(textOf(question))}
        </span>
      </button>
      {hasOthers && (
        <button
          type="button"
          class="icon-button"
          aria-label="Next question"
          onClick={() => showQuestion(other(1))}
        >
          <Icon name="chevron" />
        </button>
      )}
    </fieldset>
  );
}
