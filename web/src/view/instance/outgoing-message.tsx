import type { Outgoing, Refusal } from '../../model/outgoing.ts';
import { connection } from '../../store/agents/live-updates.ts';
import { discard, sendAsMessage } from '../../store/agents/outbox.ts';
import { Icon } from '../common/icon.tsx';
import { MarkdownText } from '../common/markdown-text.tsx';

/** Sent by the person, not yet confirmed by the server. */
export const OutgoingMessage = ({ outgoing }: { readonly outgoing: Outgoing }) => (
  <div class="mine" data-outgoing={outgoing.refusal === null ? 'waits' : 'refused'}>
    <div class="bubble">
      <MarkdownText text={outgoing.content} />
    </div>
    {outgoing.refusal === null ? (
      <p class="delivery" data-queued={true}>
        <Icon name="clock" />
        {connection.value.state === 'lost' ? ' will be sent when the connection is back' : ' sending'}
      </p>
    ) : (
      <Refused outgoing={outgoing} refusal={outgoing.refusal} />
    )}
  </div>
);

const Refused = ({ outgoing, refusal }: { readonly outgoing: Outgoing; readonly refusal: Refusal }) => (
  <div class="refused" role="alert">
    {refusal.answer === null ? (
      <p>Not sent: {refusal.detail}</p>
    ) : (
      <>
        <p>Somebody answered before you:</p>
        <blockquote>{refusal.answer.content}</blockquote>
      </>
    )}
    {refusal.answer !== null && (
      <button type="button" class="text-button" onClick={() => sendAsMessage(outgoing)}>
        Send mine as a message
      </button>
    )}
    <button type="button" class="text-button" onClick={() => discard(outgoing)}>
      Discard
    </button>
  </div>
);
