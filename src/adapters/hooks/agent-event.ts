import type { AgentQuestion } from '../../application/permission/agent-question.ts';
import type { GivenWireContext } from '../../application/wire/agent-context.ts';

/** A use of a tool. */
export interface ToolUse {
  readonly tool: string;
  readonly input: object;
}

/** A permission that the agent suggests to give for longer. */
export interface Suggestion {
  /** What the person sees after "Yes, always: ". */
  readonly label: string;
  /** What the agent gets back if the person chooses it, exactly as it came. */
  readonly value: unknown;
}

/** What happened in a coding agent, whichever agent it was. */
export type AgentEvent = { readonly sessionId: string } & (
  | { readonly kind: 'session_started' }
  /** `failure` says why the agent could not finish; null if it has ended as usual. */
  | { readonly kind: 'session_ended'; readonly failure: string | null }
  /** The person typed a prompt at the agent's terminal. */
  | { readonly kind: 'prompt'; readonly text: string; readonly takesContext: boolean }
  | ({ readonly kind: 'tool_starts' } & ToolUse)
  | ({
      readonly kind: 'tool_used';
      /** Why it failed; null if it did not. */
      readonly failure: string | null;
      readonly takesContext: boolean;
    } & ToolUse)
  | ({ readonly kind: 'permission_asked'; readonly suggestions: readonly Suggestion[] } & ToolUse)
  | ({
      readonly kind: 'question_asked';
      readonly questions: readonly AgentQuestion[];
      /** Whether the agent shows the question in its terminal only after the hook has answered. */
      readonly holdsTerminal: boolean;
    } & ToolUse)
  /** The person has answered a prompt of the agent at its terminal. */
  | { readonly kind: 'answered_at_terminal' }
  | {
      readonly kind: 'turn_ended';
      /** What the agent said last; null if it does not tell. */
      readonly message: string | null;
      /** Whether the agent goes on when it is told to. */
      readonly canGoOn: boolean;
    }
  /** What the agent said, in a turn that may go on. */
  | { readonly kind: 'said'; readonly text: string }
  /** The agent waits for the person at its terminal. */
  | { readonly kind: 'waits_at_terminal'; readonly message: string }
);

/** What the agent should be told. */
export type Decision =
  | { readonly kind: 'nothing' }
  /** What the person wrote, for the model to read. */
  | { readonly kind: 'context'; readonly text: string }
  /** The turn must not end yet, because of what the person wrote. */
  | { readonly kind: 'go_on'; readonly reason: string }
  | { readonly kind: 'allow'; readonly suggestion: Suggestion | null }
  /** `endsRun`: the person wants the agent to stop altogether. */
  | { readonly kind: 'deny'; readonly reason: string; readonly endsRun: boolean }
  /** The person's answers, one for each question. */
  | { readonly kind: 'answers'; readonly answers: readonly string[] };

export const NOTHING: Decision = { kind: 'nothing' };

/** One coding agent: how its events are read, and how a decision is told to it. */
export interface HookAgent {
  /** The name in the path of the endpoint, and the type of its agent instances. */
  readonly name: string;
  /** How long the agent waits for a hook, unless its user has set another time. */
  readonly timeoutSeconds: number;
  /** Whether the agent can be told to end its run, and not only to refuse a tool. */
  readonly canEndRun: boolean;
  /** Returns null for an event that means nothing here, and for one of an unknown form. */
  readonly read: (body: object) => AgentEvent | null;
  /** Reads what the event says about where the agent runs. */
  readonly context: (body: object) => GivenWireContext;
  /** Returns the body of the answer. It is not called for `nothing`. */
  readonly answer: (body: object, decision: Decision) => object;
}
