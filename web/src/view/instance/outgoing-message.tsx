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
    {refusal.answer === null ? (
      <p>Not sent: {refusal.detail}</p>
    ) : (
      <>
        <p>This question already has another answer:</p>
        <blockquote>{refusal.answer.content}</blockquote>
      </>
    )}
    {refusal.answer !== null && (
      <button type="button" class="text-button" onClick={() => resendAsMessage(outgoing)}>
        Send my text as a message
      </button>
    )}
    <button type="button" class="text-button" onClick={() => discardMessage(outgoing)}>
      Discard
    </button>
  </div>
);
