import { afterDeadline } from '../../../model/question/deadline.ts';
import type { Message } from '../../../model/wire.ts';
import { postponeQuestion } from '../../../store/agents/question-actions.ts';
import { Icon } from '../../common/icon.tsx';
import { Countdown } from './countdown.tsx';

interface DeadlineProps {
  readonly instanceId: string;
  readonly question: Message;
}

/** By how much the user can move a deadline. */
const POSTPONEMENTS: readonly (readonly [seconds: number, label: string, name: string])[] = [
  [5 * 60, '+5 min', '5 minutes more time'],
  [60 * 60, '+1 h', 'One hour more time'],
];

/** Shows how much time a question has left, and what happens then. The user can give it more. */
export function Deadline({ instanceId, question }: DeadlineProps) {
  return (
    <div class="deadline">
      <p class="deadline-text">
        <Icon name="clock" />
        <span>
          <Countdown expiresAt={question.expires_at!} />. <span dir="auto">{afterDeadline(question)}</span>
        </span>
      </p>
      <fieldset class="more-time">
        <legend class="for-screen-readers">More time</legend>
        {POSTPONEMENTS.map(([seconds, label, name]) => (
          <button
            type="button"
            class="text-button"
            key={seconds}
            aria-label={`${label}: ${name}`}
            onClick={() => void postponeQuestion(instanceId, question.id, seconds)}
          >
            {label}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
