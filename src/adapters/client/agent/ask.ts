import type { CallOptions, Connection } from '../http/connection.ts';
import { DashboardError, isPassing } from '../http/errors.ts';
import type { AgentMessage, Message, OutputOf } from '../wire.ts';
import { type QuestionState, questionState } from './question-state.ts';

/** A new question, or one that was asked before, to go on waiting for. */
export type Asked =
  | (Omit<AgentMessage, 'requires_user_input'> & { readonly question_id?: undefined })
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
  if (Number.isNaN(until)) throw new TypeError('deadline must be a valid date');
  const patience = { until, ...(signal !== undefined && { signal }) };
  if (asked.question_id !== undefined) {
    const { agent_instance_id, question_id } = asked;
    const question = { agent_instance_id, question_id, queued_user_messages: [] };
    return new Wait(connection, question, patience).goOn();
  }
  const posted = await connection.ask<OutputOf<'sendAgentMessage'>>({
    ...patience,
    until: connection.patientUntil(until),
    method: 'POST',
    path: '/messages/agent',
    body: { ...asked, requires_user_input: true },
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });
  const { agent_instance_id, message_id: question_id, queued_user_messages } = posted;
  onAsked?.(question_id);
  return new Wait(connection, { agent_instance_id, question_id, queued_user_messages }, patience).begin();
}

type Question = Omit<AskedQuestion, 'messages'>;

interface Patience {
  readonly until: number;
  readonly signal?: AbortSignal;
}

/** The wait for the answer to one question. */
class Wait {
  readonly #connection: Connection;
  readonly #question: Question;
  readonly #patience: Patience;
  /** The last message that the agent wrote or was handed, as far as is known. */
  #cursor: string;
  readonly #handed = new Map<string, Message>();
  /** As of the last look; null: not looked yet. */
  #state: QuestionState | null = null;

  constructor(connection: Connection, question: Question, patience: Patience) {
    this.#connection = connection;
    this.#question = question;
    this.#patience = patience;
    this.#cursor = question.question_id;
  }

  /** What has become of a question of before is looked at first, and waited for then. */
  goOn(): Promise<AskResult> {
    return this.#untilDeadline(async () => {
      const { already_read } = await this.#read(0);
      // Whoever waited for it before may never have got what was handed over then.
      this.#keep(already_read);
      return (await this.#look()) ?? this.#settled();
    });
  }

  begin(): Promise<AskResult> {
    return this.#untilDeadline(() => this.#settled());
  }

  async #settled(): Promise<AskResult> {
    for (;;) {
      const isAnswered = this.#state?.answer != null;
      const left = Math.max(0, this.#patience.until - Date.now());
      // An answer that is still queued has only to be fetched.
      const read = await this.#read(isAnswered ? 0 : Math.min(SLICE_MS, left));
      const settled = foundNothing(read) && !isAnswered ? null : await this.#look();
      if (settled !== null) return settled;
      if (this.#state?.answer == null && Date.now() >= this.#patience.until)
        return this.#unanswered('pending');
    }
  }

  async #read(waitMs: number): Promise<PendingRead> {
    const { agent_instance_id } = this.#question;
    const read: PendingRead = await this.#connection.ask({
      ...this.#patience,
      method: 'POST',
      path: '/messages/pending',
      body: { agent_instance_id, last_read_message_id: this.#cursor, wait: waitMs / 1000 },
      waitMs,
    });
    this.#keep(read.messages);
    return read;
  }

  #keep(messages: readonly Message[]): void {
    for (const message of messages) this.#handed.set(message.id, message);
  }

  /** The result, where there is one: the agent has been handed the answer, or none will come. */
  async #look(): Promise<AskResult | null> {
    const state = await questionState(this.#connection, this.#question, this.#patience);
    this.#state = state;
    // Others may have moved on, and left the answer queued.
    this.#cursor = state.cursor;
    if (state.status === 'closed') return this.#unanswered('closed');
    if (state.answer?.read_at == null) return null;
    return { ...this.#question, status: 'answered', answer: plain(state.answer), messages: this.#messages() };
  }

  #unanswered(status: Unanswered['status']): Unanswered {
    return { ...this.#question, status, answer: null, messages: this.#messages() };
  }

  #messages(): readonly Message[] {
    const { answer, answers } = this.#state ?? {};
    return [...this.#handed.values()].filter(({ id }) => id !== answer?.id && !answers?.has(id));
  }

  /** The server being away at the deadline is no error: the question stands. */
  async #untilDeadline(wait: () => Promise<AskResult>): Promise<AskResult> {
    try {
      return await wait();
    } catch (error) {
      // An outage is waited out for as long as there is time; a fault is not.
      if (error instanceof DashboardError && isPassing(error) && error.code !== 'internal') {
        return this.#unanswered('pending');
      }
      throw error;
    }
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
