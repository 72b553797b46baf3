import type { Ids } from '../../../ports/runtime.ts';
import type { Tool, ToolDefinition } from '../tools/tool.ts';
import { type Feedback, KeptFeedback } from './kept-feedback.ts';

/**
 * The session of one client over stdio. All calls that do not name an agent instance use the same one. When
 * the agent ends that instance, the session continues with a new one, unless the instance was configured.
 */
export class StdioSession {
  readonly #ids: Ids;
  /** The configured instance, which never changes; null: the session starts with a new instance. */
  readonly #fixedInstanceId: string | null;
  #instanceId: string;
  /** What the person wrote to the agent while its program asked for a permission. */
  readonly keptFeedback = new KeptFeedback();

  constructor(ids: Ids, fixedInstanceId: string | null) {
    this.#ids = ids;
    this.#fixedInstanceId = fixedInstanceId;
    this.#instanceId = fixedInstanceId ?? ids.next();
  }

  /** The instance for calls that do not name one. */
  get agentInstanceId(): string {
    return this.#instanceId;
  }

  /**
   * Returns the same tool, bound to this session: its calls use the session's instance, and its results
   * include the kept feedback.
   */
  bindTool(tool: Tool): Tool {
    const isEndSession = tool.definition.name === 'end_session';
    return {
      ...tool,
      // `end_session` requires the instance; here a client may leave it out.
      definition: isEndSession ? withoutRequiredFields(tool.definition) : tool.definition,
      run: async (dispatch, call) => {
        const { agent_instance_id: givenId } = call.args as { agent_instance_id?: unknown };
        const args = isEndSession
          ? { ...call.args, agent_instance_id: givenId ?? this.#instanceId }
          : call.args;
        const result = await tool.run(dispatch, { ...call, args });
        const { agent_instance_id: instanceId, ...feedback } = result as Partial<SessionResult>;
        if (instanceId === undefined) return result;
        if (isEndSession) this.keptFeedback.endLease(instanceId);
        // If a client names another instance, the session continues with the named one.
        if (this.#fixedInstanceId === null) this.#instanceId = isEndSession ? this.#ids.next() : instanceId;
        // The result of a cancelled call is not sent.
        if (feedback.user_feedback === undefined || call.signal.aborted) return result;
        const callText = JSON.stringify([tool.definition.name, call.args]);
        return { ...result, ...this.keptFeedback.addTo(feedback as Feedback, instanceId, callText) };
      },
    };
  }
}

const withoutRequiredFields = (definition: ToolDefinition): ToolDefinition => ({
  ...definition,
  inputSchema: { ...definition.inputSchema, required: [] },
});

interface SessionResult extends Feedback {
  readonly agent_instance_id: string;
}
