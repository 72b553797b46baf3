import { formatDay } from '../../model/format-time.ts';
import type { Entry } from '../../model/timeline-entries.ts';
import { now } from '../../store/page/clock.ts';
import { AgentMessage } from './agent-message.tsx';
import { OutgoingMessage } from './outgoing-message.tsx';
import { UserMessage } from './user-message.tsx';

export function TimelineEntry({ entry }: { readonly entry: Entry }) {
  return (
    <>
      {entry.day !== null && (
        <p class="day">
          <span>{formatDay(entry.day, now.value)}</span>
        </p>
      )}
      {entry.kind === 'outgoing' ? (
        <OutgoingMessage outgoing={entry.outgoing} />
      ) : entry.message.sender_type === 'USER' ? (
        <UserMessage message={entry.message} isAnswer={entry.isAnswer} question={entry.counterpart} />
      ) : (
        <AgentMessage message={entry.message} answer={entry.counterpart} />
      )}
    </>
  );
}
