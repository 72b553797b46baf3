import type { Message } from '../../model/wire.ts';
import { Icon } from '../common/icon.tsx';
import { MarkdownText } from '../common/markdown-text.tsx';
import { Timestamp } from '../common/timestamp.tsx';

interface UserMessageProps {
  readonly message: Message;
  readonly isAnswer: boolean;
}

/** What the person said, and whether the agent has it: a fact that the server tells, not a hope. */
export const UserMessage = ({ message, isAnswer }: UserMessageProps) => (
  <div class="mine">
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
          <Icon name="picked" /> picked up <Timestamp at={message.read_at} as="clock" />
        </>
      )}
    </p>
  </div>
);
