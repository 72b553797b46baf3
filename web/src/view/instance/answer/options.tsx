import type { QuestionShape } from '../../../model/wire.ts';

interface OptionsProps {
  readonly options: NonNullable<QuestionShape['options']>;
  /** The option that the user has tapped, while it is sent. */
  readonly sendingValue: string | null;
  readonly isSending: boolean;
  readonly onTap: (value: string) => void;
}

/** The options of a question as buttons. One tap answers. */
export function Options({ options, sendingValue, isSending, onTap }: OptionsProps) {
  return (
    <fieldset class="options" disabled={isSending}>
      <legend class="for-screen-readers">Suggested answers</legend>
      {options.map(({ label, value, description }) => (
        <button
          type="button"
          class="option"
          key={value}
          data-sending={sendingValue === value}
          onClick={(event) => {
            // The second tap of a double tap was not meant for the question that follows.
            if (event.detail <= 1) onTap(value);
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
  );
}
