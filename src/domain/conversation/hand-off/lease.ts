import type { MessageId } from '../../ids.ts';
import { isSameShape, type QuestionShape } from '../../question/question-shape.ts';
import type { JsonObject, Message } from '../message.ts';

/**
 * The agent's last message, while nothing shows that its response arrived. Writing a response to a socket
 * does not show that: clients give up without a word. Only a later call of the agent shows it.
 *
 * A message that repeats the leased one word for word is taken for a retry. It gets once more what the
 * response to the leased message contained, and the answer if that message is a question. Any other message
 * of the agent acknowledges the lease and ends it.
 */
export interface Lease {
  readonly messageId: MessageId;
  /** How often what was handed over has been sent: 1 is the first time. */
  readonly deliveries: number;
}

/**
 * How long after a hand-off a repeat still counts as a retry. Long enough for clients that give up after 300
 * s or are started again. A script that asks "Deploy?" once a day must not get yesterday's answer again.
 */
export const LEASE_MS = 10 * 60_000;

/**
 * How often one hand-off is sent at most. Without a limit, an agent that answers each message with the same
 * words, such as "Done.", would get the same message for ever.
 */
export const MAX_DELIVERIES = 5;

/** A new message of the agent, as far as it decides whether that message is a retry. */
export interface PossibleRetry {
  readonly content: string;
  readonly shape: QuestionShape | null;
  readonly isQuestion: boolean;
  readonly metadata: JsonObject | null;
  /** Whether the caller sent an idempotency key. It then repeats the key, not only the text, in a retry. */
  readonly hasIdempotencyKey: boolean;
  readonly now: Date;
}

/**
 * Returns the leased message if the new message is a retry of it, else null. A step with other metadata is no
 * retry: a program that reports equal steps can so tell them apart. Open questions are not returned:
 * every question with their text repeats them, whether they are leased or not.
 *
 * An answer that was never handed over goes to every repeat of its question: nobody can have used it yet. An
 * answer that was handed over goes only to callers without an idempotency key, because the others can tell us
 * that they ask anew.
 */
export function findRetriedMessage(
  lease: Lease | null,
  messages: readonly Message[],
  { content, shape, isQuestion, metadata, hasIdempotencyKey, now }: PossibleRetry,
): Message | null {
  const leased = lease === null ? undefined : messages.find(({ id }) => id === lease.messageId);
  if (lease === null || leased === undefined) return null;
  if (leased.content !== content || leased.requiresUserInput !== isQuestion) return null;
  if (!isSameShape(leased.question, shape)) return null;
  const mayRepeat = lease.deliveries < MAX_DELIVERIES;
  if (!isQuestion) return mayRepeat && isSameJson(leased.metadata, metadata) ? leased : null;

  const answer = messages.find(({ id }) => id === leased.answerId);
  if (answer === undefined) return null;
  if (answer.readAt === null) return leased;
  return mayRepeat && !hasIdempotencyKey && isRecent(answer, now) ? leased : null;
}

/** Checks that a message was first handed over less than `LEASE_MS` ago. */
export const isRecent = ({ readAt }: Message, now: Date): boolean =>
  readAt !== null && now.getTime() - readAt.getTime() < LEASE_MS;

/** The order of keys does not count: a store may change it. */
function isSameJson(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return one === other;
  const keys = Object.keys(one);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    keys.length === Object.keys(other).length &&
    keys.every(
      (key) =>
        Object.hasOwn(other, key) &&
        isSameJson(one[key as keyof typeof one], other[key as keyof typeof other]),
    )
  );
}
