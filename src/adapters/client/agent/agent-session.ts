import type { CallOptions } from '../http/connection.ts';
import { DashboardError } from '../http/errors.ts';
import { randomId } from '../http/random-id.ts';
import type { AgentMessage, OutputOf } from '../wire.ts';
import type { AgentClient } from './agent-client.ts';
import type { AskOptions, AskResult } from './ask.ts';

export interface SessionSettings {
  /** The kind of agent, such as `release-script`. */
  readonly agent_type: string;
  /** To go on with a run of before; without one it is a new run. A UUID. */
  readonly agent_instance_id?: string;
}

/** What may go along with a message of a session. */
export type Along = Pick<AgentMessage, 'git_diff' | 'message_metadata'>;

/**
 * One run of one agent. It exists on the server from its first message on, and `await using` ends it with its
 * scope: open questions are closed then. Calls may overlap.
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

  /** Reports a step, as `AgentSide.sendMessage` does. */
  sendMessage(content: string, options: Along & CallOptions = {}): Promise<OutputOf<'sendAgentMessage'>> {
    const [along, call] = apart(options);
    return this.#noted(this.#agent.sendMessage({ ...this.#message(content), ...along }, call));
  }

  /** Asks and waits, as `AgentSide.ask` does. */
  ask(content: string, options: Along & AskOptions = {}): Promise<AskResult> {
    const [along, call] = apart(options);
    return this.#noted(this.#agent.ask({ ...this.#message(content), ...along }, call));
  }

  /** Says that the agent is alive while it has nothing to tell. */
  heartbeat(options?: CallOptions): Promise<OutputOf<'heartbeat'>> {
    return this.#noted(this.#agent.heartbeat({ agent_instance_id: this.agentInstanceId }, options));
  }

  /** Ends the run; again is no error, nor is it for a run that has never said anything. */
  async end(options?: CallOptions): Promise<void> {
    try {
      await this.#agent.endSession({ agent_instance_id: this.agentInstanceId }, options);
    } catch (error) {
      if (!(error instanceof DashboardError && NOTHING_TO_END.includes(error.code))) throw error;
    }
  }

  /**
   * Ends the run. Where a call has failed before, that is what the caller has to hear: a failure to end it as well
   * would only hide it (`SuppressedError`), so it is tried for a moment and passed over.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasFailed) return this.end();
    await this.end({ signal: AbortSignal.timeout(LAST_TRY_MS) }).catch(() => undefined);
  }

  async #noted<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }

  #message(content: string) {
    return { agent_instance_id: this.agentInstanceId, agent_type: this.#agentType, content };
  }
}

const LAST_TRY_MS = 5_000;

/** Nothing was ever said, or the person has deleted it. */
const NOTHING_TO_END: readonly string[] = ['agent_instance_not_found', 'instance_deleted'];

function apart<Options extends Along>({ git_diff, message_metadata, ...call }: Options) {
  return [
    {
      ...(git_diff !== undefined && { git_diff }),
      ...(message_metadata !== undefined && { message_metadata }),
    },
    call,
  ] as const;
}
