import type { CallOptions } from '../http/connection.ts';
import { DashboardError } from '../http/errors.ts';
import { randomId } from '../http/random-id.ts';
import type { AgentMessage, OutputOf } from '../wire.ts';
import type { AgentClient } from './agent-client.ts';
import type { AskOptions } from './ask.ts';
import type { AskResult } from './ask-result.ts';

/** Settings of `Client.session`. */
export interface SessionSettings {
  /** The kind of agent, such as `release-script`. */
  readonly agent_type: string;
  /** The id of the instance, a UUID. Set it to continue an earlier run. Default: a new id. */
  readonly agent_instance_id?: string;
}

/** The fields that a message of a session may have in addition to its text. */
export type MessageExtras = Pick<AgentMessage, 'git_diff' | 'message_metadata'>;

/**
 * One run of one agent. The server creates its instance with the first message. With `await using` the
 * session ends when its block is left, and its open questions are closed. Calls may overlap.
 */
export class AgentSession implements AsyncDisposable {
  readonly agentInstanceId: string;
  readonly #client: AgentClient;
  readonly #agentType: string;
  #hasFailed = false;

  constructor(client: AgentClient, { agent_type, agent_instance_id = randomId() }: SessionSettings) {
    this.#client = client;
    this.#agentType = agent_type;
    this.agentInstanceId = agent_instance_id;
  }

  /** Reports a step. See `AgentClient.sendMessage`. */
  sendMessage(
    content: string,
    options: MessageExtras & CallOptions = {},
  ): Promise<OutputOf<'sendAgentMessage'>> {
    const [extras, callOptions] = splitOptions(options);
    return this.#noteFailure(
      this.#client.sendMessage({ ...this.#messageFields(content), ...extras }, callOptions),
    );
  }

  /** Asks a question and waits for its answer. See `AgentClient.ask`. */
  ask(content: string, options: MessageExtras & AskOptions = {}): Promise<AskResult> {
    const [extras, askOptions] = splitOptions(options);
    return this.#noteFailure(this.#client.ask({ ...this.#messageFields(content), ...extras }, askOptions));
  }

  /** Reports that the agent is alive while it has nothing else to report. */
  heartbeat(options?: CallOptions): Promise<OutputOf<'heartbeat'>> {
    return this.#noteFailure(this.#client.heartbeat({ agent_instance_id: this.agentInstanceId }, options));
  }

  /** Ends the session. It is no error if the session has ended already or has never sent a message. */
  async end(options?: CallOptions): Promise<void> {
    try {
      await this.#client.endSession({ agent_instance_id: this.agentInstanceId }, options);
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

  /** Returns the output of a call. If the call fails, this is remembered for the end of the session. */
  async #noteFailure<Output>(call: Promise<Output>): Promise<Output> {
    try {
      return await call;
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }

  #messageFields(content: string) {
    return { agent_instance_id: this.agentInstanceId, agent_type: this.#agentType, content };
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
