import type { Dispatch } from '../../application/dispatch/dispatch.ts';
import { RequestError } from '../../application/errors.ts';
import type { GivenWireContext } from '../../application/wire/agent-context.ts';
import { CodedError } from '../../domain/errors.ts';
import { PortError } from '../../ports/errors.ts';
import type { Ids } from '../../ports/runtime.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import { type Decision, type HookAgent, NOTHING } from './agent-event.ts';
import { HOOK_AGENTS } from './agents.ts';
import { RunEvent, type StepChoice } from './run-event.ts';

export interface HookCall {
  readonly caller: Caller;
  readonly clientGone: AbortSignal;
  /** Which uses of tools become steps. */
  readonly steps: StepChoice;
  /** How long the agent waits for this hook; null: as long as the agent does by default. */
  readonly timeoutSeconds: number | null;
  /** Whether the end of a turn waits for what the person writes next. */
  readonly stay: boolean;
  /** What the sender of the event says about where the agent runs; null: nothing. */
  readonly context: GivenWireContext | null;
}

export interface HooksOptions {
  readonly dispatch: Dispatch;
  readonly ids: Ids;
}

/** Runs the events that coding agents send to their hooks. */
export class Hooks {
  readonly #events: RunEvent;

  constructor(options: HooksOptions) {
    this.#events = new RunEvent(options);
  }

  /** The names of the agents whose events are understood. */
  get agents(): readonly string[] {
    return [...HOOK_AGENTS.keys()];
  }

  /**
   * Runs one event of an agent.
   * @returns the body of the answer: `{}` where there is nothing to say.
   * @throws RequestError `insufficient_scope`, or a PortError. A broken rule is no error: the agent goes on.
   */
  async receive(agentName: string, body: object, call: HookCall): Promise<object> {
    const agent = HOOK_AGENTS.get(agentName);
    if (agent === undefined) return {};
    const decision = await this.#decide(agent, body, call);
    return decision.kind === 'nothing' ? {} : agent.answer(body, decision);
  }

  async #decide(agent: HookAgent, body: object, call: HookCall): Promise<Decision> {
    const event = agent.read(body);
    if (event === null) return NOTHING;
    try {
      const context = { ...agent.context(body), ...call.context };
      return await this.#events.run(agent, event, { ...call, context });
    } catch (error) {
      if (isForTheAgent(error)) throw error;
      return NOTHING;
    }
  }
}

/** Whether the caller has to know of an error: its token is refused, or the server has a problem. */
const isForTheAgent = (error: unknown): boolean =>
  !(error instanceof CodedError) ||
  error instanceof PortError ||
  (error instanceof RequestError && error.code === 'insufficient_scope');
