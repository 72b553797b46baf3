import { STATUS_TEXTS } from '../../model/question/ending.ts';
import { textOf } from '../../model/question/question-text.ts';
import { isQuietLine } from '../../model/quiet-line.ts';
import type { Message } from '../../model/wire.ts';
import { Icon } from '../common/icon.tsx';
import { MarkdownText } from '../common/markdown-text.tsx';
import { Timestamp } from '../common/timestamp.tsx';
import { chosenQuestionId } from './answer/chosen-question.ts';
import { Countdown } from './answer/countdown.tsx';
import { MessageDeliveries } from './message-deliveries.tsx';
import { QuestionEnding } from './question-ending.tsx';

interface AgentMessageProps {
  readonly message: Message;
  /** The answer of a question; null if it has none, or is not loaded. */
  readonly answer: Message | null;
}

/** Shows a step as plain text, and a question in a box that stands out while the question is open. */
export function AgentMessage({ message, answer }: AgentMessageProps) {
  if (isQuietLine(message)) return <QuietLine message={message} />;
  if (!message.requires_user_input) {
    return (
      <div class="step">
        <div class="step-time">
          <Timestamp time={message.created_at} format="clock" />
        </div>
        <MarkdownText text={message.content} />
        <MessageDeliveries message={message} />
      </div>
    );
  }
  const isOpen = message.question_status === 'open';
  return (
    <article class="question" data-open={isOpen} aria-label={isOpen ? 'Open question' : 'Question'}>
      <header class="question-head">
        <span>
          {STATUS_TEXTS[message.question_status ?? 'closed']}
          {isOpen && message.expires_at != null && (
            <>
              {' · '}
              <Countdown expiresAt={message.expires_at} />
            </>
          )}
        </span>
        <Timestamp time={message.created_at} format="clock" />
      </header>
      <MarkdownText text={textOf(message)} />
      {!isOpen && <QuestionEnding question={message} answer={answer} />}
      <MessageDeliveries message={message} />
      {isOpen && chosenQuestionId.value !== null && chosenQuestionId.value !== message.id && (
        <AnswerThisButton id={message.id} />
      )}
    </article>
  );
}

/** Says what a remembered permission has allowed. It is as the agent's program wrote it, and not markdown. */
const QuietLine = ({ message }: { readonly message: Message }) => (
  <p class="quiet-line">
    <Icon name="check" />
    <span dir="auto">{message.content}</span>
    <Timestamp time={message.created_at} format="clock" />
  </p>
);

const AnswerThisButton = ({ id }: { readonly id: string }) => (
  <button
    type="button"
    class="text-button"
    onClick={() => {
      chosenQuestionId.value = id;
      document.getElementById('answer')?.focus();
    }}
  >
    Answer this question
  </button>
);
