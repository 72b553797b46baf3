import type { QuestionForm } from '../../../domain/question/form.ts';
import type { CallOptions, Connection } from '../http/connection.ts';
import type { AgentMessage, InputOf, OutputOf } from '../wire.ts';
import { type AskOptions, type AskRequest, ask, type EarlierQuestion, type NewQuestion } from './ask.ts';
import type { AskResult } from './ask-result.ts';
import { withCutDiff } from './cut-diff.ts';
import type { FormValues, OptionValues, QuestionOption } from './question-types.ts';

/**
 * The calls of agents. They need a token of scope `agent`.
 *
 * Calls may overlap, even those of one instance: the server puts them in order. Every method tries a failing
 * call again (see `createClient`) and then rejects with a `DashboardError`, or with the reason of an aborted
 * `signal`.
 */
export class AgentClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Reports a step. The first message of an `agent_instance_id` (a UUID that you choose) creates the instance
   * and needs an `agent_type`. `content` has 1 to 1,000,000 characters.
   * @returns an object whose `queued_user_messages` are the messages that the person has written meanwhile,
   * at most about 1 MB of them. If `more` is true, the next call returns the next ones. The server hands over
   * each message only once.
   */
  sendMessage(message: AgentMessage, options: CallOptions = {}): Promise<OutputOf<'sendAgentMessage'>> {
    return this.#post('/messages/agent', withCutDiff(message), options);
  }

  /**
   * Asks a question and waits for its answer, until `deadline`. Without a deadline the wait has no limit. The
   * wait survives restarts of the server and lost connections, and the question is asked only once.
   *
   * With a `question_id`, the call waits for the answer to a question that was asked before. If that question
   * has its answer already, the call returns it at once. An earlier wait may have returned some of the
   * `messages` already; they have the same ids again.
   *
   * If you send a step during the wait, its `queued_user_messages` may contain the answer as well.
   *
   * The question may offer `options` or have a `form`. The types of `values` and `form` in the result follow
   * from them. With `expires_in_seconds` the question ends by itself: as `expired`, or as `defaulted` with
   * the `default_answer` as its answer.
   *
   * If the person requests that the agent stops, the wait ends at once, and the result has `stop_requested`.
   *
   * ```ts
   * const deadline = new Date(Date.now() + 3_600_000);
   * const question = { agent_instance_id, agent_type, content: 'Release?', options: ['Now', 'Later'] };
   * const { status, values, question_id } = await client.ask(question, { deadline });
   * if (status === 'pending') await client.ask({ agent_instance_id, question_id });
   * ```
   * @throws DashboardError `question_not_found` if the `question_id` is unknown, `instance_deleted` if the
   * person has deleted the instance, and the errors that every call can have.
   * @throws the signal's reason when it is aborted. The question stays open.
   * @throws TypeError for an invalid `deadline` or `idempotencyKey`.
   */
  ask<
    const Options extends readonly QuestionOption[] = readonly QuestionOption[],
    const Form extends QuestionForm = never,
  >(
    question: NewQuestion<Options, Form>,
    options?: AskOptions,
  ): Promise<AskResult<OptionValues<Options, Form>, FormValues<Form>>>;
  ask(question: EarlierQuestion, options?: AskOptions): Promise<AskResult>;
  // The type of the result follows from the question, which only the signatures above can express.
  ask(
    request: AskRequest<readonly QuestionOption[], QuestionForm>,
    options: AskOptions = {},
  ): Promise<never> {
    return ask(this.#connection, request, options) as Promise<never>;
  }

  /**
   * Hands over queued messages. `last_read_message_id` is the id of the last message that your process wrote
   * or received. Without this id the call returns the queued messages and leaves them queued. `wait` (0 to
   * 300 seconds, default 0) keeps the call open until there is a message. With `on_lease`, the agent gets the
   * messages again if it repeats its last message: set it if you pass the messages on to somebody else. With
   * a `question_id`, the call also returns when that question has ended: its outcome is in `outcomes`.
   * @returns `status: 'stale'` and no `messages` if another process of the same agent has received messages
   * meanwhile. Those messages are in `already_read`. If `more` is true, `messages` or `already_read` has only
   * the first of them: call again with the id of the last one.
   */
  pendingMessages(
    request: InputOf<'readPendingMessages'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'readPendingMessages'>> {
    return this.#connection.request({
      ...options,
      method: 'POST',
      path: '/messages/pending',
      body: request,
      waitMs: (request.wait ?? 0) * 1000,
    });
  }

  /**
   * Turns a step into a question.
   * @returns an object with `messages`: what the person has written since that step. The first one is the
   * answer. If `more` is true, `pendingMessages` with the id of the last one returns the next ones.
   */
  requestUserInput(
    { message_id }: InputOf<'requestUserInput'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'requestUserInput'>> {
    const path = `/messages/${encodeURIComponent(message_id)}/request-input`;
    return this.#connection.request({ ...options, method: 'PATCH', path });
  }

  /**
   * Takes a question back that needs no answer any more. Withdrawing it again is no error.
   * @throws DashboardError `already_answered` or `question_over`, if it has ended in another way.
   */
  withdrawQuestion(
    { question_id }: InputOf<'withdrawQuestion'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'withdrawQuestion'>> {
    const path = `/questions/${encodeURIComponent(question_id)}/withdraw`;
    return this.#connection.request({ ...options, method: 'POST', path });
  }

  /**
   * Stores a text that the person typed in the agent's own program, such as its terminal. With
   * `mark_as_read: false` the message is also queued for the agent.
   */
  sendUserMessage(
    message: InputOf<'sendUserMessage'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'sendUserMessage'>> {
    return this.#post('/messages/user', message, options);
  }

  /**
   * Ends the session. Its open questions are closed, and calls that wait for their answers return. Ending a
   * session twice is no error.
   */
  endSession(instance: InputOf<'endSession'>, options: CallOptions = {}): Promise<OutputOf<'endSession'>> {
    return this.#post('/sessions/end', instance, options);
  }

  /**
   * Reports that the agent is alive. An agent that sends nothing for 5 minutes (by default) shows as STALE.
   */
  heartbeat(
    { agent_instance_id }: InputOf<'heartbeat'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'heartbeat'>> {
    const path = `/agents/instances/${encodeURIComponent(agent_instance_id)}/heartbeat`;
    return this.#connection.request({ ...options, method: 'POST', path });
  }

  /** Creates an instance before its first message, optionally with a name. */
  startAgentInstance(
    instance: InputOf<'startAgentInstance'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'startAgentInstance'>> {
    return this.#post('/agent-instances', instance, options);
  }

  /** Returns the user, the scopes and the expiry of the client's token. */
  verifyToken(options: CallOptions = {}): Promise<OutputOf<'verifyToken'>> {
    return this.#connection.request({ ...options, method: 'GET', path: '/auth/verify' });
  }

  #post<Output>(path: string, body: object, options: CallOptions): Promise<Output> {
    return this.#connection.request({ ...options, method: 'POST', path, body });
  }
}
