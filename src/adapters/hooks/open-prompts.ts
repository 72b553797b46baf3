import { subjectOf } from '../../application/permission/tool-subject.ts';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { ToolUse } from './agent-event.ts';

/** A session of a coding agent of a user. */
export interface Session {
  readonly userId: UserId;
  readonly agentInstanceId: AgentInstanceId;
}

interface OpenPrompt {
  readonly key: string;
  readonly answered: AbortController;
}

/**
 * The prompts that this process holds open for a decision. The same prompt is open at the agent's terminal.
 * A later event shows that it was answered there, and then nobody has to answer it here.
 */
export class OpenPrompts {
  readonly #bySession = new Map<string, Set<OpenPrompt>>();

  /** Whether the session has an open prompt. */
  has(session: Session): boolean {
    return this.#bySession.has(sessionKey(session));
  }

  /**
   * Runs `work` while the prompt is open.
   * @param work gets a signal that is aborted when the prompt is answered at the terminal.
   */
  async during<Result>(
    session: Session,
    use: ToolUse,
    work: (answeredAtTerminal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const key = sessionKey(session);
    const prompts = this.#bySession.get(key) ?? new Set();
    const prompt = { key: useKey(use), answered: new AbortController() };
    this.#bySession.set(key, prompts.add(prompt));
    try {
      return await work(prompt.answered.signal);
    } finally {
      prompts.delete(prompt);
      if (prompts.size === 0) this.#bySession.delete(key);
    }
  }

  /** Ends the prompts of a session; with a use of a tool, only those about this use. */
  end(session: Session, use: ToolUse | null): void {
    const key = use === null ? null : useKey(use);
    for (const prompt of this.#bySession.get(sessionKey(session)) ?? [])
      if (key === null || prompt.key === key) prompt.answered.abort();
  }
}

const sessionKey = ({ userId, agentInstanceId }: Session): string => `${agentInstanceId} ${userId}`;

/** An agent gives a tool more fields in some events than in others, so only the main one is compared. */
const useKey = ({ tool, input }: ToolUse): string => `${tool.toLowerCase()} ${subjectOf(input)}`;
