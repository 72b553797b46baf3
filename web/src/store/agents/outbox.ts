import { signal } from '@preact/signals';
import { backoffMs } from '../../../../src/adapters/client/http/backoff.ts';
import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import type { AnswerContent } from '../../../../src/domain/question/answer-content.ts';
import { withEndedQuestion, withMoreMessages } from '../../model/dashboard-state.ts';
import { answerTo } from '../../model/question/answer.ts';
import {
  answerBody,
  classifyFailure,
  firstUnsentMessages,
  isToBeCorrected,
  type OutboxMessage,
  type Refusal,
} from '../../model/storage/outbox-message.ts';
import {
  isOutboxEntry,
  loadOutboxMessages,
  nextSequence,
  outboxEntryName,
  removeOutboxMessage,
  saveOutboxMessage,
} from '../../model/storage/outbox-storage.ts';
import type { Message } from '../../model/wire.ts';
import { RequestError, request } from '../../server/request.ts';
import { changedEntry, storage } from '../page/storage.ts';
import { signedInUser } from '../session/signed-in-user.ts';
import { dashboard } from './dashboard.ts';

/** The messages that the user has sent and the server has not confirmed yet. */
export const outbox = signal<readonly OutboxMessage[]>([]);

/** Reads the outbox from the browser's storage. All tabs share it. */
export function loadOutbox(): void {
  outbox.value = signedInUser.value ? loadOutboxMessages(storage, signedInUser.value.user_id) : [];
}

addEventListener('storage', (event) => {
  const entryName = changedEntry(event);
  if (entryName === null || isOutboxEntry(entryName)) loadOutbox();
});

/** Returns false if the message is lost when the page is closed, because the browser cannot keep it. */
export const isLasting = ({ idempotencyKey }: OutboxMessage): boolean =>
  storage.isLasting(outboxEntryName(idempotencyKey));

/** What the user has written, and which question it answers. */
type Written = Pick<OutboxMessage, 'content' | 'values' | 'form' | 'inReplyTo'>;

/** Stores a message in the outbox, and sends it now or when the server can be reached again. */
export const sendMessage = (instanceId: string, content: string): void =>
  send(instanceId, { content, values: null, form: null, inReplyTo: null });

/** Does the same with the answer of a question. The caller has checked that it fits the question. */
export function sendAnswer(instanceId: string, question: Message, answer: AnswerContent): void {
  const refused = refusedForms(question.id);
  const { content, values, form } = answerTo(question, answer);
  const isText = typeof answer === 'string';
  send(instanceId, { content, values: isText ? null : values, form, inReplyTo: question.id });
  for (const outgoing of refused) discardMessage(outgoing);
}

/** Returns the answers of a question that the server has refused, and that the user has to correct. */
export const refusedForms = (questionId: string): OutboxMessage[] =>
  outbox.value.filter((outgoing) => outgoing.inReplyTo === questionId && isToBeCorrected(outgoing));

function send(instanceId: string, written: Written): void {
  if (!signedInUser.value) return;
  // Another tab may have written a message just now.
  loadOutbox();
  saveOutboxMessage(storage, {
    idempotencyKey: randomId(),
    userId: signedInUser.value.user_id,
    instanceId,
    ...written,
    writtenAt: new Date().toISOString(),
    sequence: nextSequence(outbox.value),
    after: dashboard.value.conversations.get(instanceId)?.messages.at(-1)?.position ?? 0,
    refusal: null,
  });
  loadOutbox();
  void flushOutbox();
}

/** Sends a refused answer again as an ordinary message, which answers no question. */
export function resendAsMessage(outgoing: OutboxMessage): void {
  discardMessage(outgoing);
  sendMessage(outgoing.instanceId, outgoing.content);
}

/** Removes an unsent or refused message from the outbox. */
export function discardMessage({ idempotencyKey }: OutboxMessage): void {
  removeOutboxMessage(storage, idempotencyKey);
  loadOutbox();
}

let failureCount = 0;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
/** The instances to which a message is being sent now. Each gets its messages one by one, in order. */
const sendingInstanceIds = new Set<string>();

/** Sends all unsent messages. Another tab may send the same ones: the idempotency key makes that safe. */
export async function flushOutbox(): Promise<void> {
  clearTimeout(retryTimer);
  const messagesToSend = firstUnsentMessages(outbox.value).filter(
    ({ instanceId }) => !sendingInstanceIds.has(instanceId),
  );
  await Promise.all(messagesToSend.map(trySend));
}

async function trySend(outgoing: OutboxMessage): Promise<void> {
  sendingInstanceIds.add(outgoing.instanceId);
  try {
    const message = await postOutgoing(outgoing);
    failureCount = 0;
    removeOutboxMessage(storage, outgoing.idempotencyKey);
    dashboard.value = withMoreMessages(dashboard.value, outgoing.instanceId, [message]);
    if (message.answer_to !== undefined) {
      const outcome = { question_id: message.answer_to.question_id, status: 'answered' } as const;
      dashboard.value = withEndedQuestion(dashboard.value, outgoing.instanceId, outcome, message.id);
    }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const failure = classifyFailure(error.problem);
    if (failure === 'signed-out') signedInUser.value = null;
    else if (failure !== 'temporary') refuse(outgoing, failure);
    else {
      failureCount += 1;
      retryTimer = setTimeout(() => void flushOutbox(), backoffMs(failureCount, Math.random()));
    }
    if (failure === 'temporary' || failure === 'signed-out') return;
  } finally {
    sendingInstanceIds.delete(outgoing.instanceId);
    loadOutbox();
  }
  await flushOutbox();
}

/** Keeps a refused message, with the reason, and shows how its question has ended. */
function refuse(outgoing: OutboxMessage, refusal: Refusal): void {
  const { outcome, answer } = refusal;
  saveOutboxMessage(storage, { ...outgoing, refusal });
  if (outcome === null) return;
  dashboard.value = withEndedQuestion(dashboard.value, outgoing.instanceId, outcome, answer?.id ?? null);
}

function postOutgoing(outgoing: OutboxMessage): Promise<Message> {
  const { instanceId, content, inReplyTo, idempotencyKey } = outgoing;
  return inReplyTo === null
    ? request<Message>('POST', `/agent-instances/${encodeURIComponent(instanceId)}/messages`, {
        body: { content },
        idempotencyKey,
      })
    : request<Message>('POST', `/questions/${encodeURIComponent(inReplyTo)}/answer`, {
        body: answerBody(outgoing),
        idempotencyKey,
      });
}
