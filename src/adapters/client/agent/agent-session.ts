import type { QuestionForm } from '../../../domain/question/form.ts';
import type { CallOptions } from '../http/connection.ts';
import { DashboardError } from '../http/errors.ts';
import { randomId } from '../http/random-id.ts';
import type { AgentContext, AgentMessage, Message, OutputOf, StopRequest } from '../wire.ts';
import type { AgentClient } from './agent-client.ts';
import type { AskOptions } from './ask.ts';
import type { AskResult } from './ask-result.ts';
import { ChangedContext, type ReadContext } from './changed-context.ts';
import type { FormValues, OptionValues, QuestionFields, QuestionOption } from './question-types.ts';
import { StopRequestedError } from './stop-requested-error.ts';

/** Settings of `Client.session`. */
export interface SessionSettings {
  /** The kind of agent, such as `release-script`. */
  readonly agent_type: string;
  /** The name of the instance, for example its task. An instance that exists already keeps its name. */
  readonly title?: string;
  /**
   * Where the agent runs: an object, or a function that returns it or a promise of it. It is called before
   * each message, and sent with the first one and whenever it has changed. `localContext` of the entry
   * `/local-context` returns such a function. Default: nothing is sent.
   */
  readonly context?: AgentContext | ReadContext;
  /** The id of the instance, a UUID. Set it to continue an earlier run. Default: a new id. */
  readonly agent_instance_id?: string;
  /**
   * What the calls of the session do when the person has requested that the agent stops. `throw`: they reject
   * with a `StopRequestedError`, a wait in `ask` at once. `return` (default): their results have
   * `stop_requested`. Either way, ending the session tells the person that the agent has stopped.
   */
  readonly onStop?: 'return' | 'throw';
}

/** The fields that a message of a session may have in addition to its text. */
export type MessageExtras = Pick<AgentMessage, 'git_diff' | 'message_metadata'>;

/** A question of a session. See `AgentClient.ask`. */
export type SessionQuestion<
  Options extends readonly QuestionOption[] = readonly QuestionOption[],
  Form extends QuestionForm = never,
> = QuestionFields<Options, Form> & {
  /** The question itself; Markdown is fine. */
  readonly text: string;
};

/**
 * One run of one agent. The server creates its instance with the first message. With `await using` the
 * session ends when its block is left, and its open questions are closed. Calls may overlap.
 *
 * ```ts
 * await using session = client.session({ agent_type: 'release-script', onStop: 'throw' });
 * ```
 */
export class AgentSession implements AsyncDisposable {
  readonly agentInstanceId: string;
  readonly #client: AgentClient;
  readonly #agentType: string;
  readonly #title: string | undefined;
  readonly #context: ChangedContext;
  readonly #onStop: NonNullable<SessionSettings['onStop']>;
  #hasFailed = false;

  constructor(client: AgentClient, settings: SessionSettings) {
    this.#client = client;
    this.#agentType = settings.agent_type;
    this.#title = settings.title;
    const { context = null } = settings;
    this.#context = new ChangedContext(typeof context === 'function' ? context : context && (() => context));
    this.#onStop = settings.onStop ?? 'return';
    this.agentInstanceId = settings.agent_instance_id ?? randomId();
  }

  /** Reports a step. See `AgentClient.sendMessage`. */
  sendMessage(
    content: string,
    options: MessageExtras & CallOptions = {},
  ): Promise<OutputOf<'sendAgentMessage'>> {
    const [extras, callOptions] = splitOptions(options);
    return this.#finish(
      this.#withContext((context) =>
        this.#client.sendMessage({ ...this.#instance, ...context, content, ...extras }, callOptions),
      ),
      ({ queued_user_messages }) => queued_user_messages,
    );
  }

  /**
   * Asks a question and waits for its answer. See `AgentClient.ask`.
   *
   * ```ts
   * const { values } = await session.ask({ text: 'Deploy where?', options: ['staging', 'production'] });
   * ```
   */
  ask<
    const Options extends readonly QuestionOption[] = readonly QuestionOption[],
    const Form extends QuestionForm = never,
  >(
    question: SessionQuestion<Options, Form>,
    options?: AskOptions,
  ): Promise<AskResult<OptionValues<Options, Form>, FormValues<Form>>>;
  ask(text: string, options?: MessageExtras & AskOptions): Promise<AskResult<string, never>>;
  ask(
    question: string | SessionQuestion<readonly QuestionOption[], QuestionForm>,
    options: MessageExtras & AskOptions = {},
  ): Promise<never> {
    const [extras, askOptions] = splitOptions(options);
    const { text, ...fields } = typeof question === 'string' ? { text: question } : question;
    const result = this.#withContext((context) =>
      this.#client.ask({ ...this.#instance, ...context, content: text, ...extras, ...fields }, askOptions),
    );
    return this.#finish(result, ({ queued_user_messages, messages, answer }) => [
      ...queued_user_messages,
      ...messages,
      ...(answer === null ? [] : [answer]),
    ]) as Promise<never>;
  }

  /** Takes back a question that needs no answer any more. See `AgentClient.withdrawQuestion`. */
  withdrawQuestion(questionId: string, options?: CallOptions): Promise<OutputOf<'withdrawQuestion'>> {
    const call = this.#client.withdrawQuestion({ question_id: questionId }, options);
    return this.#finish(call, () => []);
  }

  /** Reports that the agent is alive while it has nothing else to report. */
  heartbeat(options?: CallOptions): Promise<OutputOf<'heartbeat'>> {
    const call = this.#client.heartbeat({ agent_instance_id: this.agentInstanceId }, options);
    return this.#finish(call, () => []);
  }

  /**
   * Ends the session. It is no error if the session has ended already or has never sent a message.
   * @param options `failure` says why the work could not be finished.
   */
  async end({ failure, ...options }: CallOptions & { readonly failure?: string } = {}): Promise<void> {
    const ended = { agent_instance_id: this.agentInstanceId, ...(failure !== undefined && { failure }) };
    try {
      await this.#client.endSession(ended, options);
    } catch (error) {
      if (!(error instanceof DashboardError && NOTHING_TO_END_CODES.includes(error.code))) throw error;
    }
  }

  /**
   * Ends the session. If an earlier call has failed, the session tries to end for 5 s only and throws
   * nothing: a second error would hide the first one in a `SuppressedError`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasFailed) return this.end();
    await this.end({ signal: AbortSignal.timeout(END_TIMEOUT_AFTER_FAILURE_MS) }).catch(() => undefined);
  }

  /**
   * Returns the output of a call. If the call fails, this is remembered for the end of the session.
   * @throws StopRequestedError
   */
  async #finish<Output extends { readonly stop_requested: StopRequest | null }>(
    call: Promise<Output>,
    messagesIn: (output: Output) => readonly Message[],
  ): Promise<Output> {
    try {
      const output = await call;
      // Older servers send none.
      if (output.stop_requested != null && this.#onStop === 'throw')
        throw new StopRequestedError(output.stop_requested, messagesIn(output));
      return output;
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }

  #withContext<Output>(
    send: (fields: { readonly context?: AgentContext }) => Promise<Output>,
  ): Promise<Output> {
    return this.#context.sendWith(this.agentInstanceId, null, send);
  }

  get #instance() {
    return {
      agent_instance_id: this.agentInstanceId,
      agent_type: this.#agentType,
      ...(this.#title !== undefined && { title: this.#title }),
    };
  }
}

const END_TIMEOUT_AFTER_FAILURE_MS = 5_000;

/** With these error codes there is nothing to end: no message was sent, or the instance was deleted. */
const NOTHING_TO_END_CODES: readonly string[] = ['agent_instance_not_found', 'instance_deleted'];

/** Splits the options into the extra fields of the message and the options of the call. */
function splitOptions<Options extends MessageExtras>({ git_diff, message_metadata, ...options }: Options) {
  return [
    {
      ...(git_diff !== undefined && { git_diff }),
      ...(message_metadata !== undefined && { message_metadata }),
    },
    options,
  ] as const;
}
