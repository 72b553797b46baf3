import type { Ids } from '../../../ports/runtime.ts';
import type { Tool, ToolDefinition } from '../tools/tool.ts';

/**
 * The session of one client over stdio. The process is the agent's session: all calls that name no agent
 * instance belong to the same one, until it is ended.
 */
export class StdioSession {
  readonly #ids: Ids;
  /** The instance that the session is fixed to; null: it begins with a new one. */
  readonly #fixedInstance: string | null;
  #instance: string;
  #heldFeedback: string[] = [];

  constructor(ids: Ids, fixedInstance: string | null) {
    this.#ids = ids;
    this.#fixedInstance = fixedInstance;
    this.#instance = fixedInstance ?? ids.next();
  }

  /** The instance of calls that name none. */
  get agentInstanceId(): string {
    return this.#instance;
  }

  /**
   * Holds feedback of the person that a tool's answer has no field for. The next answer with `user_feedback`
   * has it.
   */
  holdFeedback(feedback: readonly string[]): void {
    this.#heldFeedback.push(...feedback);
  }

  /**
   * Returns the same tool, bound to this session: its calls use the session's instance and hand over held
   * feedback.
   */
  bindTool(tool: Tool): Tool {
    const endsSession = tool.definition.name === 'end_session';
    return {
      ...tool,
      definition: endsSession ? withoutRequiredFields(tool.definition) : tool.definition,
      run: async (dispatch, call) => {
        const { agent_instance_id: givenId } = call.args as { agent_instance_id?: unknown };
        const args = endsSession ? { ...call.args, agent_instance_id: givenId ?? this.#instance } : call.args;
        const answer = await tool.run(dispatch, { ...call, args });
        const { agent_instance_id: instance, user_feedback: feedback } = answer as Partial<SessionResult>;
        // A client that names another instance continues with that one.
        if (this.#fixedInstance === null && instance !== undefined) this.#instance = instance;
        if (this.#fixedInstance === null && endsSession) this.#instance = this.#ids.next();
        if (feedback === undefined) return answer;
        const heldFeedback = this.#heldFeedback;
        this.#heldFeedback = [];
        return { ...answer, user_feedback: [...heldFeedback, ...feedback] };
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
