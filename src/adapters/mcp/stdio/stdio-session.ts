import type { Ids } from '../../../ports/runtime.ts';
import type { Tool, ToolDefinition } from '../tools/tool.ts';

/**
 * What the calls of one client over stdio share. Its process is the agent's session: calls that name no agent
 * instance are about one and the same, until it is ended.
 */
export class StdioSession {
  readonly #ids: Ids;
  /** Null: one of its own. */
  readonly #given: string | null;
  #instance: string;
  #kept: string[] = [];

  constructor(ids: Ids, given: string | null) {
    this.#ids = ids;
    this.#given = given;
    this.#instance = given ?? ids.next();
  }

  /** What a call without an agent instance is about. */
  get agentInstanceId(): string {
    return this.#instance;
  }

  /** What a person wrote, and an answer had no room for: the next that has is told. */
  keep(feedback: readonly string[]): void {
    this.#kept.push(...feedback);
  }

  /** The same tool, whose calls belong to this session. */
  joining(tool: Tool): Tool {
    const endsSession = tool.definition.name === 'end_session';
    return {
      ...tool,
      definition: endsSession ? withNothingRequired(tool.definition) : tool.definition,
      run: async (dispatch, call) => {
        const { agent_instance_id: named } = call.args as { agent_instance_id?: unknown };
        const args = endsSession ? { ...call.args, agent_instance_id: named ?? this.#instance } : call.args;
        const answer = await tool.run(dispatch, { ...call, args });
        const { agent_instance_id: instance, user_feedback: feedback } = answer as Partial<Told>;
        // A client that goes on with an instance of its own means that one from now on.
        if (this.#given === null && instance !== undefined) this.#instance = instance;
        if (this.#given === null && endsSession) this.#instance = this.#ids.next();
        if (feedback === undefined) return answer;
        const kept = this.#kept;
        this.#kept = [];
        return { ...answer, user_feedback: [...kept, ...feedback] };
      },
    };
  }
}

const withNothingRequired = (definition: ToolDefinition): ToolDefinition => ({
  ...definition,
  inputSchema: { ...definition.inputSchema, required: [] },
});

interface Told {
  readonly agent_instance_id: string;
  readonly user_feedback: readonly string[];
}
