import type { Message } from '../../../model/wire.ts';

interface AnswerHintProps {
  readonly question: Message | null;
  readonly isEnded: boolean;
}

/** Tells the user, before they write, when the agent will receive their text. */
export function AnswerHint({ question, isEnded }: AnswerHintProps) {
  if (question === null && !isEnded) return null;
  return (
    <p class="answer-hint" data-waiting={question?.agent_waiting === true}>
      <span class="status-dot" aria-hidden="true" />
      {hintText(question)}
    </p>
  );
}

function hintText(question: Message | null): string {
  if (question === null)
    return 'This run has ended. The agent gets your message only if it contacts this server again.';
  return question.agent_waiting === true
    ? 'The agent is waiting for your answer now.'
    : 'The agent is not waiting now. It gets your answer when it next contacts this server.';
}
