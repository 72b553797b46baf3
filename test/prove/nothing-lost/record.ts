import { BrokenPromise } from '../proof.ts';
import type { Reply } from '../support/retrying-client.ts';
import type { Entry, HandedOver } from './history.ts';

/** The fields of all answers that concern messages. */
interface Answer {
  readonly message_id?: string;
  readonly queued_user_messages?: readonly HandedOver[];
  readonly messages?: readonly HandedOver[];
  readonly already_read?: readonly HandedOver[];
  readonly status?: string;
}

/** The part of an answer that goes into the history. */
export interface RecordedReply {
  readonly messageId: string | null;
  readonly handedOver: readonly HandedOver[];
  readonly stale: boolean;
  /**
   * Fails because a repeat of the request got another body.
   * @throws BrokenPromise always.
   */
  failForOtherBody(other: string): never;
}

type Asked = Omit<Entry, 'messageId' | 'handedOver' | 'alreadyRead'>;

/**
 * Adds an answered request to the history.
 * @throws BrokenPromise if the answer is a refusal: every request of this proof must succeed.
 */
export function recordReply(history: Entry[], { status, body }: Reply, asked: Asked): RecordedReply {
  if (status !== 200) throw new BrokenPromise(`${asked.kind} ${asked.key} was answered ${status}: ${body}`);
  const answer = JSON.parse(body) as Answer;
  const brief = (messages: readonly HandedOver[] = []) =>
    messages.map(({ id, content }) => ({ id, content }));
  const handedOver = brief(answer.queued_user_messages ?? answer.messages);
  const messageId = answer.message_id ?? null;
  history.push({ ...asked, messageId, handedOver, alreadyRead: brief(answer.already_read) });
  return {
    messageId,
    handedOver,
    stale: answer.status === 'stale',
    failForOtherBody(other) {
      throw new BrokenPromise(`${asked.key} has two answers`, [body, other]);
    },
  };
}
