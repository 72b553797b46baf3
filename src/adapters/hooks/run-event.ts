import type { Dispatch } from '../../application/dispatch/dispatch.ts';
import {
  endSession,
  heartbeat,
  readPendingMessages,
  sendAgentMessage,
  sendUserMessage,
  startAgentInstance,
} from '../../application/use-cases/index.ts';
import type { GivenWireContext } from '../../application/wire/agent-context.ts';
import { CodedError } from '../../domain/errors.ts';
import { isBlank } from '../../domain/text/blank.ts';
import type { Ids } from '../../ports/runtime.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import { type AgentEvent, type Decision, type HookAgent, NOTHING } from './agent-event.ts';
import { type AskingCall, HANDS_OVER_NOTHING } from './ask-person.ts';
import { PromptDecisions } from './decide-prompt.ts';
import { OpenPrompts, type Session } from './open-prompts.ts';
import { instanceOfSession } from './session-instance.ts';
import { END_OF_TURN, stay } from './stay.ts';
import { stopText, storableText, writtenText } from './texts.ts';
import { isEdit, toolLine } from './tool-line.ts';

export type StepChoice = 'all' | 'edits' | 'none';

export interface EventCall {
  readonly caller: Caller;
  readonly clientGone: AbortSignal;
  readonly steps: StepChoice;
  readonly timeoutSeconds: number | null;
  readonly stay: boolean;
  /** What the event and its sender say about where the agent runs. */
  readonly context: GivenWireContext;
}

/** How long before the agent's own time-out a decision must be there. */
const MARGIN_SECONDS = 5;

/**
 * How long a question is asked here first whose agent shows it in its terminal only afterwards. Short,
 * because a person at the terminal sees nothing meanwhile.
 */
const HIDDEN_QUESTION_SECONDS = 60;

type EventOf<Kind extends AgentEvent['kind']> = Extract<AgentEvent, { readonly kind: Kind }>;

interface SessionCall extends EventCall {
  readonly agent: HookAgent;
  readonly session: Session;
}

/** One event, with all that is needed to run it. */
interface Run<Kind extends AgentEvent['kind'] = AgentEvent['kind']> extends SessionCall {
  readonly event: EventOf<Kind>;
}

/** Runs the events of coding agents with the use cases. An event without a decision writes at most once. */
export class RunEvent {
  readonly #dispatch: Dispatch;
  readonly #ids: Ids;
  readonly #prompts = new OpenPrompts();
  readonly #decisions = new PromptDecisions();
  readonly #handlers: { readonly [Kind in AgentEvent['kind']]: (run: Run<Kind>) => Promise<Decision> } = {
    session_started: (run) => this.#start(run),
    session_ended: (run) => this.#end(run),
    prompt: (run) => this.#prompt(run),
    tool_starts: (run) => this.#toolStarts(run),
    tool_used: (run) => this.#toolUsed(run),
    permission_asked: (run) => this.#permissionAsked(run),
    question_asked: (run) => this.#questionAsked(run),
    answered_at_terminal: async ({ session }) => this.#promptsOver(session),
    turn_ended: (run) => this.#turnEnded(run),
    said: (run) => this.#said(run),
    waits_at_terminal: (run) => this.#waitsAtTerminal(run),
  };

  constructor({ dispatch, ids }: { readonly dispatch: Dispatch; readonly ids: Ids }) {
    this.#dispatch = dispatch;
    this.#ids = ids;
  }

  run(agent: HookAgent, event: AgentEvent, call: EventCall): Promise<Decision> {
    const { userId, agentInstanceId: onlyInstance } = call.caller;
    // A key that is limited to one instance has no other for its agent.
    const agentInstanceId = onlyInstance ?? instanceOfSession(agent.name, event.sessionId);
    const handle = this.#handlers[event.kind] as (run: Run) => Promise<Decision>;
    return handle({ ...call, agent, event, session: { userId, agentInstanceId } });
  }

  async #start({ caller, agent, session, context }: Run<'session_started'>): Promise<Decision> {
    const input = { agent_type: agent.name, agent_instance_id: session.agentInstanceId, context };
    await unlessKnown('agent_instance_exists', this.#dispatch(startAgentInstance, { caller, input }));
    return NOTHING;
  }

  async #end({ caller, event, session }: Run<'session_ended'>): Promise<Decision> {
    this.#promptsOver(session);
    this.#decisions.grants.forget(session);
    const failure = event.failure === null ? null : storableText(event.failure).slice(0, 1000).toWellFormed();
    await this.#endInstance(caller, session, failure);
    return NOTHING;
  }

  async #endInstance(caller: Caller, session: Session, failure: string | null): Promise<void> {
    const input = { agent_instance_id: session.agentInstanceId, failure };
    await unlessKnown('agent_instance_not_found', this.#dispatch(endSession, { caller, input }));
  }

  async #prompt({ caller, agent, event, session, clientGone, context }: Run<'prompt'>): Promise<Decision> {
    this.#promptsOver(session);
    const content = storableText(event.text);
    if (isBlank(content)) return NOTHING;
    const { message_id } = await this.#dispatch(sendUserMessage, {
      caller,
      input: {
        agent_instance_id: session.agentInstanceId,
        agent_type: agent.name,
        content,
        context,
        answers_question: false,
      },
    });
    if (!event.takesContext) return NOTHING;
    // The prompt is the read cursor now, so this hands over what the person had written before it.
    const { messages } = await this.#dispatch(readPendingMessages, {
      caller,
      clientGone,
      input: { agent_instance_id: session.agentInstanceId, last_read_message_id: message_id },
    });
    return messages.length === 0 ? NOTHING : { kind: 'context', text: writtenText(messages) };
  }

  async #toolStarts({ caller, agent, session }: Run<'tool_starts'>): Promise<Decision> {
    const input = { agent_instance_id: session.agentInstanceId };
    const beat = await unlessKnown('agent_instance_not_found', this.#dispatch(heartbeat, { caller, input }));
    if (beat === null || beat.stop_requested === null) return NOTHING;
    if (agent.canEndRun) await this.#endInstance(caller, session, null);
    return { kind: 'deny', reason: stopText(beat.stop_requested.reason), endsRun: true };
  }

  async #toolUsed(run: Run<'tool_used'>): Promise<Decision> {
    const { event, session, steps } = run;
    this.#prompts.end(session, event);
    if (steps === 'none' || (steps === 'edits' && !isEdit(event))) return NOTHING;
    const { messages, stop } = await this.#step(run, toolLine(event, event.failure), event.takesContext);
    if (stop !== null && run.agent.canEndRun && event.takesContext) {
      await this.#endInstance(run.caller, session, null);
      return { kind: 'deny', reason: stopText(stop.reason), endsRun: true };
    }
    return messages.length === 0 ? NOTHING : { kind: 'context', text: writtenText(messages) };
  }

  async #permissionAsked(run: Run<'permission_asked'>): Promise<Decision> {
    return this.#decidePrompt(run, run.event, run.agent.timeoutSeconds, (call) =>
      this.#decisions.permission(call, run.event, run.event.suggestions),
    );
  }

  async #questionAsked(run: Run<'question_asked'>): Promise<Decision> {
    const { event, agent } = run;
    const timeout = event.holdsTerminal
      ? Math.min(agent.timeoutSeconds, HIDDEN_QUESTION_SECONDS)
      : agent.timeoutSeconds;
    return this.#decidePrompt(run, event, timeout, (call) =>
      this.#decisions.questions(call, event.questions),
    );
  }

  async #decidePrompt(
    { caller, agent, session, clientGone, timeoutSeconds }: SessionCall,
    use: { readonly tool: string; readonly input: object },
    defaultTimeout: number,
    decide: (call: AskingCall) => Promise<Decision>,
  ): Promise<Decision> {
    const deadline = deadlineOf(timeoutSeconds ?? defaultTimeout);
    const decision = await this.#prompts.during(session, use, (answeredAtTerminal) =>
      decide({
        dispatch: this.#dispatch,
        ids: this.#ids,
        caller,
        session,
        agentType: agent.name,
        deadline,
        over: AbortSignal.any([clientGone, answeredAtTerminal]),
      }),
    );
    if (decision.kind === 'deny' && decision.endsRun && agent.canEndRun)
      await this.#endInstance(caller, session, null);
    return decision;
  }

  async #turnEnded(run: Run<'turn_ended'>): Promise<Decision> {
    const { caller, event, session } = run;
    this.#promptsOver(session);
    const message =
      event.message === null || isBlank(storableText(event.message)) ? TURN_ENDED : event.message;
    const step = await this.#step(run, message, event.canGoOn);
    const isIdle = event.canGoOn && step.stop === null && step.messages.length === 0;
    const { messages, stop } = run.stay && isIdle ? await this.#stay(run, step.id) : step;
    if (stop !== null) await this.#endInstance(caller, session, null);
    // Each message is handed over once, so the agent goes on as often as the person writes, and no more.
    return stop !== null || messages.length === 0
      ? NOTHING
      : { kind: 'go_on', reason: writtenText(messages) };
  }

  /** Waits for what the person writes next, as long as the agent waits. */
  #stay({ caller, agent, session, clientGone, timeoutSeconds }: SessionCall, lastMessageId: string) {
    const deadline = deadlineOf(timeoutSeconds ?? agent.timeoutSeconds);
    return this.#prompts.during(session, END_OF_TURN, (overAtTerminal) => {
      const over = AbortSignal.any([clientGone, overAtTerminal]);
      return stay({ dispatch: this.#dispatch, caller, session, lastMessageId, deadline, over });
    });
  }

  async #said(run: Run<'said'>): Promise<Decision> {
    if (!isBlank(storableText(run.event.text))) await this.#step(run, run.event.text, false);
    return NOTHING;
  }

  async #waitsAtTerminal(run: Run<'waits_at_terminal'>): Promise<Decision> {
    // While a prompt is open, its question says the same.
    if (this.#prompts.has(run.session)) return NOTHING;
    await this.#step(run, `Waits at its terminal: ${run.event.message}`, false);
    return NOTHING;
  }

  async #step(
    { caller, agent, session, clientGone, context }: SessionCall,
    text: string,
    takesContext: boolean,
  ) {
    const content = storableText(text);
    const sent = await this.#dispatch(sendAgentMessage, {
      caller,
      clientGone: takesContext ? clientGone : HANDS_OVER_NOTHING,
      input: {
        agent_instance_id: session.agentInstanceId,
        agent_type: agent.name,
        content,
        context,
        // Two uses of a tool may have the same text. Without an id the second would count as a retry.
        message_metadata: { hook: this.#ids.next() },
      },
    });
    return { id: sent.message_id, messages: sent.queued_user_messages, stop: sent.stop_requested };
  }

  #promptsOver(session: Session): Decision {
    this.#prompts.end(session, null);
    return NOTHING;
  }
}

/** Returns when the answer must be there, by `performance.now()`. */
const deadlineOf = (timeoutSeconds: number): number =>
  performance.now() + (timeoutSeconds - MARGIN_SECONDS) * 1000;

const TURN_ENDED = 'The turn has ended';

/** Returns null if the call fails with this code. */
async function unlessKnown<Output>(code: string, call: Promise<Output>): Promise<Output | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CodedError && error.code === code) return null;
    throw error;
  }
}
