import type { Message } from '../../model/wire.ts';
import { Icon } from '../common/icon.tsx';
import { MarkdownText } from '../common/markdown-text.tsx';
import { Timestamp } from '../common/timestamp.tsx';

interface UserMessageProps {
  readonly message: Message;
  readonly isAnswer: boolean;
}

/** Shows a message of the user, and whether the agent has received it. */
export const UserMessage = ({ message, isAnswer }: UserMessageProps) => (
  <div class="user-message">
    <div class="bubble">
      <MarkdownText text={message.content} />
    </div>
    <p class="delivery" data-queued={message.read_at === null}>
      {isAnswer && <span>Answer ·</span>}
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
