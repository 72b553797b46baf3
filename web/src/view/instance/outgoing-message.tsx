import { TOO_LATE_TEXTS } from '../../model/question/ending.ts';
import type { OutboxMessage, Refusal } from '../../model/storage/outbox-message.ts';
import { connection } from '../../store/agents/live-updates.ts';
import { discardMessage, isLasting, resendAsMessage } from '../../store/agents/outbox.ts';
import { Icon } from '../common/icon.tsx';
import { MarkdownText } from '../common/markdown-text.tsx';

/** Shows a message of the outbox: the server has not confirmed it yet, or has refused it. */
export const OutgoingMessage = ({ outgoing }: { readonly outgoing: OutboxMessage }) => (
  <div class="user-message" data-outgoing={outgoing.refusal === null ? 'unsent' : 'refused'}>
    <div class="bubble">
      <MarkdownText text={outgoing.content} />
    </div>
    {outgoing.refusal === null ? (
      <p class="delivery" data-queued={true}>
        <Icon name="clock" />
        {connection.value.state === 'lost' ? ' will be sent when the connection is back' : ' sending…'}
        {!isLasting(outgoing) &&
          ' Your browser cannot keep this message: leave this page open until it is sent.'}
      </p>
    ) : (
      <RefusedNote outgoing={outgoing} refusal={outgoing.refusal} />
    )}
  </div>
);

const RefusedNote = ({
  outgoing,
  refusal,
}: {
  readonly outgoing: OutboxMessage;
  readonly refusal: Refusal;
}) => (
  <div class="refused" role="alert">
    <p>{refusalText(refusal)}</p>
    {refusal.answer !== null && <blockquote dir="auto">{refusal.answer.content}</blockquote>}
    {isTooLate(refusal) && outgoing.form === null && (
      <button type="button" class="text-button" onClick={() => resendAsMessage(outgoing)}>
        Send my text as a message
      </button>
    )}
    <button type="button" class="text-button" onClick={() => discardMessage(outgoing)}>
      Discard
    </button>
  </div>
);

const isTooLate = ({ answer, outcome }: Refusal): boolean => answer !== null || outcome !== null;

function refusalText({ answer, outcome, detail }: Refusal): string {
  if (answer?.answer_to?.decided_by === 'default') return TOO_LATE_TEXTS.defaulted;
  if (answer !== null) return 'Answered already:';
  return outcome === null ? `Not sent: ${detail}` : TOO_LATE_TEXTS[outcome.status];
}
