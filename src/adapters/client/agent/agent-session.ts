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
  /** The instance of an earlier run, to continue it. A UUID. Default: a new instance. */
  readonly agent_instance_id?: string;
}

/** What a message of a session may carry in addition to its text. */
export type MessageExtras = Pick<AgentMessage, 'git_diff' | 'message_metadata'>;

/**
 * One run of one agent. The server creates its instance with the first message. With `await using` the
 * session ends when its scope is left, which closes its open questions. Calls may overlap.
 */
export class AgentSession implements AsyncDisposable {
  readonly agentInstanceId: string;
  readonly #agent: AgentClient;
  readonly #agentType: string;
  #hasFailed = false;

  constructor(agent: AgentClient, { agent_type, agent_instance_id = randomId() }: SessionSettings) {
    this.#agent = agent;
    this.#agentType = agent_type;
    this.agentInstanceId = agent_instance_id;
  }

  /** Reports a step. See `AgentClient.sendMessage`. */
  sendMessage(
    content: string,
    options: MessageExtras & CallOptions = {},
  ): Promise<OutputOf<'sendAgentMessage'>> {
    const [extras, callOptions] = splitOptions(options);
    return this.#noteFailure(this.#agent.sendMessage({ ...this.#message(content), ...extras }, callOptions));
  }

  /** Asks a question and waits for its answer. See `AgentClient.ask`. */
  ask(content: string, options: MessageExtras & AskOptions = {}): Promise<AskResult> {
    const [extras, askOptions] = splitOptions(options);
    return this.#noteFailure(this.#agent.ask({ ...this.#message(content), ...extras }, askOptions));
  }

  /** Reports that the agent is alive while it has nothing else to report. */
  heartbeat(options?: CallOptions): Promise<OutputOf<'heartbeat'>> {
    return this.#noteFailure(this.#agent.heartbeat({ agent_instance_id: this.agentInstanceId }, options));
  }

  /** Ends the session. It is no error if the session has ended already or has never sent a message. */
  async end(options?: CallOptions): Promise<void> {
    try {
      await this.#agent.endSession({ agent_instance_id: this.agentInstanceId }, options);
    } catch (error) {
      if (!(error instanceof DashboardError && NOTHING_TO_END_CODES.includes(error.code))) throw error;
    }
  }

  /**
   * Ends the session. If an earlier call has failed, this tries for 5 s only and throws nothing: a second
   * error would hide the first one in a `SuppressedError`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasFailed) return this.end();
    await this.end({ signal: AbortSignal.timeout(END_AFTER_FAILURE_MS) }).catch(() => undefined);
  }

  async #noteFailure<Output>(output: Promise<Output>): Promise<Output> {
    try {
      return await output;
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }

  #message(content: string) {
    return { agent_instance_id: this.agentInstanceId, agent_type: this.#agentType, content };
  }
}

const END_AFTER_FAILURE_MS = 5_000;

/** The error codes for an instance that never sent a message, and for one that the person has deleted. */
const NOTHING_TO_END_CODES: readonly string[] = ['agent_instance_not_found', 'instance_deleted'];

/** Separates the fields of the message from the options of the call. */
function splitOptions<Options extends MessageExtras>({ git_diff, message_metadata, ...options }: Options) {
  return [
    {
      ...(git_diff !== undefined && { git_diff }),
      ...(message_metadata !== undefined && { message_metadata }),
    },
    options,
  ] as const;
}
