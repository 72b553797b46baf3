import type { CallOptions, Connection } from '../http/connection.ts';
import type { AgentMessage, InputOf, OutputOf } from '../wire.ts';
import { type Asked, type AskOptions, type AskResult, ask } from './ask.ts';

/**
 * What agents do, with a token of scope `agent`. Calls may overlap, of one instance too: the server puts them
 * in order. Every method rejects with a `DashboardError`, and tries again by itself what did not get through.
 */
export class AgentClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Reports a step (content: 1 to 1,000,000 characters); the first one creates the instance and needs an
   * `agent_type`. `queued_user_messages` is what the person has written meanwhile, told this once.
   */
  sendMessage(message: AgentMessage, options: CallOptions = {}): Promise<OutputOf<'sendAgentMessage'>> {
    return this.#post('/messages/agent', message, options);
  }

  /**
   * Asks a question and waits for its answer: through restarts of the server and lost networks, until the
   * deadline. The question is asked once, and `answer` is the message stored as its answer, never another one.
   *
   * With `question_id` it goes on with a question that was asked before, also one that was answered meanwhile.
   * Its `messages` may then hold some that were told before: they have the same ids. A step that is sent while
   * this waits may be handed the answer, too, in its `queued_user_messages`.
   *
   * @throws DashboardError; or the signal's reason, and the question stays open: go on by its id.
   */
  ask(asked: Asked, options: AskOptions = {}): Promise<AskResult> {
    return ask(this.#connection, asked, options);
  }

  /**
   * Hands over queued messages to a reader that names the last one it knows (`last_read_message_id`: the last
   * that it wrote or was handed); without one it only looks. `wait` (0 to 300 seconds) holds the call open until
   * there is one. `stale`: another reader was first; `already_read` is what it was handed.
   */
  pendingMessages(
    read: InputOf<'readPendingMessages'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'readPendingMessages'>> {
    return this.#connection.ask({
      ...options,
      method: 'POST',
      path: '/messages/pending',
      body: read,
      waitMs: (read.wait ?? 0) * 1000,
    });
  }

  /** Turns a step into a question; `messages` is what was queued since it, and the first of them answers it. */
  requestUserInput(
    { message_id }: InputOf<'requestUserInput'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'requestUserInput'>> {
    const path = `/messages/${encodeURIComponent(message_id)}/request-input`;
    return this.#connection.ask({ ...options, method: 'PATCH', path });
  }

  /** Passes on what a person typed at the agent itself; with `mark_as_read: false` it is queued for the agent. */
  sendUserMessage(
    message: InputOf<'sendUserMessage'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'sendUserMessage'>> {
    return this.#post('/messages/user', message, options);
  }

  /** Ends the run: open questions are closed, waits end. Again is no error. */
  endSession(instance: InputOf<'endSession'>, options: CallOptions = {}): Promise<OutputOf<'endSession'>> {
    return this.#post('/sessions/end', instance, options);
  }

  /** Says that the agent is alive: without a sign for five minutes it shows as STALE. */
  heartbeat(
    { agent_instance_id }: InputOf<'heartbeat'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'heartbeat'>> {
    const path = `/agents/instances/${encodeURIComponent(agent_instance_id)}/heartbeat`;
    return this.#connection.ask({ ...options, method: 'POST', path });
  }

  /** Creates an instance before its first message, with a name. */
  startAgentInstance(
    instance: InputOf<'startAgentInstance'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'startAgentInstance'>> {
    return this.#post('/agent-instances', instance, options);
  }

  /** What the token stands for. */
  verifyToken(options: CallOptions = {}): Promise<OutputOf<'verifyToken'>> {
    return this.#connection.ask({ ...options, method: 'GET', path: '/auth/verify' });
  }

  #post<Answer>(path: string, body: object, options: CallOptions): Promise<Answer> {
    return this.#connection.ask({ ...options, method: 'POST', path, body });
  }
}
