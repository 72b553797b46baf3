import type { Message } from '../../model/wire.ts';

interface AnswerHintProps {
  readonly question: Message | null;
  readonly isEnded: boolean;
}

/** What will become of an answer, told before it is written. */
export function AnswerHint({ question, isEnded }: AnswerHintProps) {
  if (question === null && !isEnded) return null;
  return (
    <p class="answer-hint" data-waiting={question?.agent_waiting === true}>
      <span class="status-dot" aria-hidden="true" />
      {hint(question)}
    </p>
  );
}

function hint(question: Message | null): string {
  if (question === null)
    return 'This run has ended. A message is queued, and wakes it when the agent calls again.';
  return question.agent_waiting === true
    ? 'The agent is waiting for your answer now.'
    : 'The agent will read your answer when it next calls.';
}
