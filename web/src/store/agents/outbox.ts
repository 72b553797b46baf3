import { signal } from '@preact/signals';
import { backoffMs } from '../../../../src/adapters/client/http/backoff.ts';
import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import { withMoreMessages } from '../../model/dashboard-state.ts';
import { removeOutboxMessage, classifyFailure, saveOutboxMessage, loadOutboxMessages, nextToSend, type OutboxMessage } from '../../model/outbox-message.ts';
import type { Message } from '../../model/wire.ts';
import { request, RequestError } from '../../server/request.ts';
import { signedInUser } from '../session/signed-in-user.ts';
import { dashboard } from './dashboard.ts';

/** What the person has sent and the server has not confirmed. */
export const outbox = signal<readonly OutboxMessage[]>([]);

/** The same storage serves all tabs: what one of them keeps or sends, the others see. */
export function loadOutbox(): void {
  outbox.value = signedInUser.value ? loadOutboxMessages(localStorage, signedInUser.value.user_id) : [];
}

addEventListener('storage', loadOutbox);

/** Takes the message at once, and sends it now or when the server is back. */
export function sendMessage(instanceId: string, content: string, inReplyTo: string | null): void {
  if (!signedInUser.value) return;
  saveOutboxMessage(localStorage, {
    idempotencyKey: randomId(),
    userId: signedInUser.value.user_id,
    instanceId,
    content,
    inReplyTo,
    writtenAt: new Date().toISOString(),
    after: dashboard.value.conversations.get(instanceId)?.messages.at(-1)?.position ?? 0,
    refusal: null,
  });
  loadOutbox();
  void flushOutbox();
}

/** After a refusal: once more, to nobody's question, as a message of its own. */
export function resendAsMessage(outgoing: OutboxMessage): void {
  discardMessage(outgoing);
  sendMessage(outgoing.instanceId, outgoing.content, null);
}

export function discardMessage({ idempotencyKey: key }: OutboxMessage): void {
  removeOutboxMessage(localStorage, key);
  loadOutbox();
}

let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
const underWay = new Set<string>();

/** Sends what is to be sent. Another tab may do the same: the key makes that harmless. */
export async function flushOutbox(): Promise<void> {
  clearTimeout(timer);
  const due = nextToSend(outbox.value).filter(({ instanceId }) => !underWay.has(instanceId));
  await Promise.all(due.map(attempt));
}

async function attempt(outgoing: OutboxMessage): Promise<void> {
  underWay.add(outgoing.instanceId);
  try {
    const message = await post(outgoing);
    failures = 0;
    removeOutboxMessage(localStorage, outgoing.idempotencyKey);
    dashboard.value = withMoreMessages(dashboard.value, outgoing.instanceId, [message]);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const verdict = classifyFailure(error.problem);
    if (verdict === 'sign-in') signedInUser.value = null;
    else if (verdict !== 'again') saveOutboxMessage(localStorage, { ...outgoing, refusal: verdict });
    else {
      failures += 1;
      timer = setTimeout(() => void flushOutbox(), backoffMs(failures, Math.random()));
    }
    if (verdict === 'again' || verdict === 'sign-in') return;
  } finally {
    underWay.delete(outgoing.instanceId);
    loadOutbox();
  }
  await flushOutbox();
}

const post = ({ instanceId, content, inReplyTo, idempotencyKey: key }: OutboxMessage): Promise<Message> =>
  request<Message>('POST', `/agent-instances/${encodeURIComponent(instanceId)}/messages`, {
    body: { content, ...(inReplyTo === null ? {} : { in_reply_to: inReplyTo }) },
    idempotencyKey: key,
  });
