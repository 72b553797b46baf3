import { parseQuestion } from '../../../../src/domain/text/question-text.ts';
import type { Message } from '../../model/wire.ts';
import { MarkdownText } from '../common/markdown-text.tsx';
import { Timestamp } from '../common/timestamp.tsx';
import { chosenQuestionId } from './chosen-question.ts';

/** Shows a step as plain text, and a question in a box that stands out while the question is open. */
export function AgentMessage({ message }: { readonly message: Message }) {
  if (!message.requires_user_input) {
    return (
      <div class="step">
        <div class="step-time">
          <Timestamp time={message.created_at} format="clock" />
        </div>
        <MarkdownText text={message.content} />
      </div>
    );
  }
  const { text, options } = parseQuestion(message.content);
  const isOpen = message.question_status === 'open';
  return (
    <section class="question" data-open={isOpen} aria-label={isOpen ? 'Open question' : 'Question'}>
      <header class="question-head">
        <span>
          {isOpen
            ? 'Question for you'
            : message.question_status === 'answered'
              ? 'Question, answered'
              : 'Question, closed'}
        </span>
        <Timestamp time={message.created_at} format="clock" />
      </header>
      <MarkdownText text={text} />
      {!isOpen && options.length > 0 && <p class="question-options">{options.join(' · ')}</p>}
      {isOpen && chosenQuestionId.value !== null && chosenQuestionId.value !== message.id && (
        <AnswerThisButton id={message.id} />
      )}
    </section>
  );
}

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
