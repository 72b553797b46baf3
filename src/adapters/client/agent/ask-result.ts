import type { FormAnswer } from '../../../domain/question/form.ts';
import type { Message, Outcome, StopRequest } from '../wire.ts';

interface AskedQuestion {
  /** The id of the question. Pass it to `ask` to continue waiting for the answer. */
  readonly question_id: string;
  readonly agent_instance_id: string;
  /** The messages that the person wrote before the question was asked. They may change the agent's plan. */
  readonly queued_user_messages: readonly Message[];
  /** What else the person wrote while the question was open, except the answers to other questions. */
  readonly messages: readonly Message[];
  /** How other questions of the agent ended, as far as it gets to know it with this call. */
  readonly outcomes: readonly Outcome[];
  /** Not null: the person wants the agent to stop now, and to end its session. The wait has ended. */
  readonly stop_requested: StopRequest | null;
  /** Whether the person has written more. The next call of the agent returns it. */
  readonly more: boolean;
  /** Whether the agent was sent the answer, or some of these messages, before this call. */
  readonly redelivered: boolean;
}

/** The values of the chosen options; null if the person typed another answer. Always null for a form. */
export type ChosenValues<Value extends string> = [Value] extends [never] ? null : Value[] | null;

/** How a question ended, and who or what decided it. */
export type QuestionOutcome<Value extends string = string, Form = FormAnswer> = Readonly<
  Omit<Outcome, 'values' | 'form'>
> & {
  readonly values: ChosenValues<Value>;
  /** The filled in form; null if the question has none. */
  readonly form: Form | null;
};

/**
 * The question has its answer: that of a person (`answered`), or the default that was sent with the question
 * (`defaulted`), because nobody answered in time.
 */
export interface Answered<Value extends string = string, Form = FormAnswer> extends AskedQuestion {
  readonly status: 'answered' | 'defaulted';
  /** The message that the server stored as the answer. Its `content` is the answer as a text. */
  readonly answer: Message;
  readonly values: ChosenValues<Value>;
  /** The filled in form; null if the question has none. */
  readonly form: Form | null;
  readonly outcome: QuestionOutcome<Value, Form>;
}

/**
 * The question has no answer. `pending`: it is still open, and the deadline of the call has passed, or the
 * person has requested a stop. With the other statuses no answer will come: `expired` (nobody answered in
 * time), `withdrawn` (the agent took it back), `closed` (the session was ended).
 */
export interface Unanswered extends AskedQuestion {
  readonly status: 'pending' | 'expired' | 'withdrawn' | 'closed';
  readonly answer: null;
  readonly values: null;
  readonly form: null;
  /** null while the question is pending. */
  readonly outcome: QuestionOutcome<never, never> | null;
}

/**
 * The result of `ask`.
 * @template Value the values of the question's options.
 * @template Form the values of the question's form.
 */
export type AskResult<Value extends string = string, Form = FormAnswer> = Answered<Value, Form> | Unanswered;
