import { answerPlace } from '../../model/notification/answer-place.ts';
import type { Message } from '../../model/wire.ts';
import { destinations } from '../../store/notifications/destinations.ts';
import { Icon } from '../common/icon.tsx';
import { MarkdownText } from '../common/markdown-text.tsx';
import { Timestamp } from '../common/timestamp.tsx';
import { FilledForm } from './filled-form.tsx';

interface UserMessageProps {
  readonly message: Message;
  readonly isAnswer: boolean;
  /** The question of an answer; null if it is not loaded. */
  readonly question: Message | null;
}

/** Shows a message of the user, and whether the agent has received it. */
export function UserMessage({ message, isAnswer, question }: UserMessageProps) {
  const { decided_by: decidedBy = null, form = null } = message.answer_to ?? {};
  return (
    <div class="user-message" data-default={decidedBy === 'default'}>
      <div class="bubble">
        {form === null ? (
          <MarkdownText text={message.content} />
        ) : (
          <FilledForm form={question?.question?.form ?? null} answer={form} />
        )}
      </div>
      <p class="delivery" data-queued={message.read_at === null}>
        {isAnswer && (
          <span dir="auto">
            {answerLabel(message, question)} <Timestamp time={message.created_at} format="clock" /> ·
          </span>
        )}
        {message.read_at === null ? (
          <>
            <Icon name="clock" /> queued, not read yet
          </>
        ) : (
          <>
            <Icon name="double-check" /> picked up <Timestamp time={message.read_at} format="clock" />
          </>
        )}
      </p>
    </div>
  );
}

/** Says how a question was answered, up to the time: `Answered through Tablet (ntfy) at`. */
function answerLabel({ answer_to }: Message, question: Message | null): string {
  if (answer_to?.decided_by === 'default') return 'Default answer at';
  const place = answerPlace(answer_to?.via ?? null, question?.deliveries ?? [], destinations.value ?? []);
  return place === null ? 'Answered at' : `Answered ${place} at`;
}
