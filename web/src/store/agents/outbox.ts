import { signal } from '@preact/signals';
import { backoffMs } from '../../../../src/adapters/client/http/backoff.ts';
import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import { withMoreMessages } from '../../model/dashboard-state.ts';
import { forget, judge, keep, kept, nextToSend, type Outgoing } from '../../model/outgoing.ts';
import type { Message } from '../../model/wire.ts';
import { ask, RequestFailed } from '../../server/request.ts';
import { person } from '../session/signed-in-user.ts';
import { dashboard } from './dashboard.ts';

/** What the person has sent and the server has not confirmed. */
export const outbox = signal<readonly Outgoing[]>([]);

/** The same storage serves all tabs: what one of them keeps or sends, the others see. */
export function readOutbox(): void {
  outbox.value = person.value ? kept(localStorage, person.value.user_id) : [];
}

addEventListener('storage', readOutbox);

/** Takes the message at once, and sends it now or when the server is back. */
export function send(instanceId: string, content: string, inReplyTo: string | null): void {
  if (!person.value) return;
  keep(localStorage, {
    key: randomId(),
    userId: person.value.user_id,
    instanceId,
    content,
    inReplyTo,
    writtenAt: new Date().toISOString(),
    after: dashboard.value.conversations.get(instanceId)?.messages.at(-1)?.position ?? 0,
    refusal: null,
  });
  readOutbox();
  void flushOutbox();
}

/** After a refusal: once more, to nobody's question, as a message of its own. */
export function sendAsMessage(outgoing: Outgoing): void {
  discard(outgoing);
  send(outgoing.instanceId, outgoing.content, null);
}

export function discard({ key }: Outgoing): void {
  forget(localStorage, key);
  readOutbox();
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

async function attempt(outgoing: Outgoing): Promise<void> {
  underWay.add(outgoing.instanceId);
  try {
    const message = await post(outgoing);
    failures = 0;
    forget(localStorage, outgoing.key);
    dashboard.value = withMoreMessages(dashboard.value, outgoing.instanceId, [message]);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    const verdict = judge(error.problem);
    if (verdict === 'sign-in') person.value = null;
    else if (verdict !== 'again') keep(localStorage, { ...outgoing, refusal: verdict });
    else {
      failures += 1;
      timer = setTimeout(() => void flushOutbox(), backoffMs(failures, Math.random()));
    }
    if (verdict === 'again' || verdict === 'sign-in') return;
  } finally {
    underWay.delete(outgoing.instanceId);
    readOutbox();
  }
  await flushOutbox();
}

const post = ({ instanceId, content, inReplyTo, key }: Outgoing): Promise<Message> =>
  ask<Message>('POST', `/agent-instances/${encodeURIComponent(instanceId)}/messages`, {
    body: { content, ...(inReplyTo === null ? {} : { in_reply_to: inReplyTo }) },
    idempotencyKey: key,
  });
