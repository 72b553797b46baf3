import type { McpCall } from '../call/mcp-call.ts';
import type { Task } from '../tools/task.ts';

/** The tasks of a server. The tools that begin them are in the table of tools. */
export interface Tasks {
  /**
   * Returns a task as it is now.
   * @param waitSeconds how long to wait until it is over; 0: not at all.
   * @throws McpProtocolError INVALID_PARAMS if the caller has no such task.
   */
  get(call: McpCall, taskId: string, waitSeconds: number): Promise<Task>;

  /** Passes on what the client answers to the `inputRequests` of a task. Unknown keys are ignored. */
  update(call: McpCall, taskId: string, inputResponses: { readonly [key: string]: unknown }): Promise<void>;

  /** Cancels a task, unless it is over. */
  cancel(call: McpCall, taskId: string): Promise<void>;
}
