import type { CallOptions, Connection } from './connection.ts';
import { DashboardError } from './errors.ts';
import { type QuestionState, questionState } from './question-state.ts';
import type { AgentMessage, Message, OutputOf } from './wire.ts';

/** A new question, or one that was asked before, to go on waiting for. */
export type Asked =
  | (AgentMessage & { readonly question_id?: undefined })
  | { readonly agent_instance_id: string; readonly question_id: string };

export interface AskOptions extends CallOptions {
  /** When to stop waiting; without one, never. The question stays open. */
  readonly deadline?: Date;
  /** Told the question's id as soon as it is asked: whoever keeps it can go on after a crash. */
  readonly onAsked?: (questionId: string) => void;
}

interface AskedQuestion {
  readonly question_id: string;
  readonly agent_instance_id: string;
  /** What the person had written before the question; it may change your plan. */
  readonly queued_user_messages: readonly Message[];
  /** What else the person has written since and this call was handed. */
  readonly messages: readonly Message[];
}

export interface Answered extends AskedQuestion {
  readonly status: 'answered';
  readonly answer: Message;
}

/** `pending`: the deadline came first; go on with the `question_id`. `closed`: the session was ended. */
export interface Unanswered extends AskedQuestion {
  readonly status: 'pending' | 'closed';
  readonly answer: null;
}

export type AskResult = Answered | Unanswered;

type PendingRead = OutputOf<'readPendingMessages'>;

/** Below the 60 s after which proxies cut a call that says nothing. */
const SLICE_MS = 50_000;

/**
 * Asks once and waits in slices. A slice hands over whatever is queued and tells that something has happened;
 * which message is the answer, the question itself tells, whoever was handed it and whenever.
 */
export async function ask(
  connection: Connection,
  asked: Asked,
  { deadline, onAsked, signal, idempotencyKey }: AskOptions,
): Promise<AskResult> {
  const until = deadline?.getTime() ?? Number.POSITIVE_INFINITY;
  const patience = { until, ...(signal !== undefined && { signal }) };
  const isResumed = asked.question_id !== undefined;
  const posted = isResumed
    ? null
    : await connection.ask<OutputOf<'sendAgentMessage'>>({
        ...patience,
        until: connection.patientUntil(until),
        method: 'POST',
        path: '/messages/agent',
        body: { ...asked, requires_user_input: true },
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      });
  const question = {
    agent_instance_id: posted?.agent_instance_id ?? asked.agent_instance_id,
    question_id: posted?.message_id ?? asked.question_id!,
    queued_user_messages: posted?.queued_user_messages ?? [],
  };
  if (posted !== null) onAsked?.(question.question_id);

  const handed = new Map<string, Message>();
  const result = (status: QuestionState['status'], answer: Message | null, of?: QuestionState): AskResult => {
    const messages = [...handed.values()].filter(({ id }) => id !== answer?.id && !of?.answers.has(id));
    if (answer !== null) return { ...question, status: 'answered', answer, messages };
    return { ...question, status: status === 'closed' ? 'closed' : 'pending', answer, messages };
  };

  let cursor = question.question_id;
  let isAnswered = false;
  try {
    // What has become of a question of before is looked at first, and waited for then.
    for (let isFresh = !isResumed; ; isFresh = true) {
      const waitMs = isAnswered || !isFresh ? 0 : Math.min(SLICE_MS, Math.max(0, until - Date.now()));
      const read: PendingRead = await connection.ask({
        ...patience,
        method: 'POST',
        path: '/messages/pending',
        body: {
          agent_instance_id: question.agent_instance_id,
          last_read_message_id: cursor,
          wait: waitMs / 1000,
        },
        waitMs,
      });
      // Whoever waited for a resumed question before may never have got what was handed over then.
      const missed = isFresh ? [] : read.already_read;
      for (const message of [...missed, ...read.messages]) handed.set(message.id, message);
      if (foundNothing(read) && !isAnswered && isFresh) {
        if (Date.now() >= until) return result('open', null);
        continue;
      }

      const state = await questionState(connection, question, patience);
      if (state.status === 'closed') return result('closed', null, state);
      if (state.answer?.read_at != null) return result('answered', plain(state.answer), state);
      // Either others have moved the cursor on, and may have left the answer queued, or this was another message.
      isAnswered = state.answer !== null;
      cursor = state.cursor;
      if (!isAnswered && Date.now() >= until) return result('open', null, state);
    }
  } catch (error) {
    // An outage at the deadline: the question stands.
    if (error instanceof DashboardError && error.code === 'unreachable' && Date.now() >= until) {
      return result('open', null);
    }
    throw error;
  }
}

const foundNothing = ({ status, messages, instance_status }: PendingRead): boolean =>
  status === 'ok' && messages.length === 0 && instance_status !== 'COMPLETED';

/** The five fields that agents know of a message. */
const plain = ({ id, content, sender_type, created_at, requires_user_input }: Message): Message => ({
  id,
  content,
  sender_type,
  created_at,
  requires_user_input,
});
