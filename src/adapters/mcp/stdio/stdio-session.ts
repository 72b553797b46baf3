import type { Ids } from '../../../ports/runtime.ts';
import type { Tool, ToolDefinition } from '../tools/tool.ts';

/**
 * The session of one client over stdio. All calls that do not name an agent instance use the same one. When
 * the agent ends it, a new one follows.
 */
export class StdioSession {
  readonly #ids: Ids;
  /** The configured instance of the session; null: the session starts with a new instance. */
  readonly #fixedInstance: string | null;
  #instance: string;
  #keptFeedback: string[] = [];

  constructor(ids: Ids, fixedInstance: string | null) {
    this.#ids = ids;
    this.#fixedInstance = fixedInstance;
    this.#instance = fixedInstance ?? ids.next();
  }

  /** The instance for calls that do not name one. */
  get agentInstanceId(): string {
    return this.#instance;
  }

  /**
   * Keeps the person's feedback if a tool's result has no field for it. The next result with `user_feedback`
   * includes it.
   */
  keepFeedback(feedback: readonly string[]): void {
    this.#keptFeedback.push(...feedback);
  }

  /**
   * Returns the same tool, bound to this session: its calls use the session's instance, and its results
   * include the kept feedback.
   */
  bindTool(tool: Tool): Tool {
    const isEndSession = tool.definition.name === 'end_session';
    return {
      ...tool,
      definition: isEndSession ? withoutRequiredFields(tool.definition) : tool.definition,
      run: async (dispatch, call) => {
        const { agent_instance_id: givenId } = call.args as { agent_instance_id?: unknown };
        const args = isEndSession
          ? { ...call.args, agent_instance_id: givenId ?? this.#instance }
          : call.args;
        const result = await tool.run(dispatch, { ...call, args });
        const { agent_instance_id: instance, user_feedback: feedback } = result as Partial<SessionResult>;
        // If a client names another instance, the session continues with the named one.
        if (this.#fixedInstance === null && instance !== undefined) this.#instance = instance;
        if (this.#fixedInstance === null && isEndSession) this.#instance = this.#ids.next();
        if (feedback === undefined) return result;
        const keptFeedback = this.#keptFeedback;
        this.#keptFeedback = [];
        return { ...result, user_feedback: [...keptFeedback, ...feedback] };
      },
    };
  }
}

const withoutRequiredFields = (definition: ToolDefinition): ToolDefinition => ({
  ...definition,
  inputSchema: { ...definition.inputSchema, required: [] },
});

interface SessionResult {
  readonly agent_instance_id: string;
  readonly user_feedback: readonly string[];
}
