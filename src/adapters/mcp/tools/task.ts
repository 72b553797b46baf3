import type { ToolResult } from './tool-result.ts';

// The extension of MCP by which a tool returns a handle, and its client comes back for the result.
// https://modelcontextprotocol.io/seps/2663-tasks-extension

export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** What a client or a server declares that knows tasks. */
export const TASKS_CAPABILITY: { extensions: { [name: string]: Record<string, never> } } = {
  extensions: { [TASKS_EXTENSION]: {} },
};

/** A task as clients get it, apart from its status. */
export interface TaskFields {
  readonly taskId: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  /** How long after `createdAt` there is still something to wait for; null: without limit. */
  readonly ttlMs: number | null;
  readonly pollIntervalMs: number;
  /** What the status means, for people and models. */
  readonly statusMessage?: string;
}

/** A task with everything that its status has. */
export type Task = TaskFields &
  (
    | { readonly status: 'working' | 'cancelled' }
    | { readonly status: 'input_required'; readonly inputRequests: { readonly [key: string]: object } }
    | { readonly status: 'completed'; readonly result: CompleteResult }
    | { readonly status: 'failed'; readonly error: { readonly code: number; readonly message: string } }
  );

/** The result of a tool as `tools/call` sends it. The library adds the type there, but not in a task. */
type CompleteResult = ToolResult & { readonly resultType: 'complete' };

export const completeResult = (result: ToolResult): CompleteResult => ({ ...result, resultType: 'complete' });

/** A call that has begun: its result if there is one already, or else a task. */
export type StartedCall =
  | { readonly output: object }
  | { readonly task: Task; readonly agentInstanceId: string };

/** The result of `tools/call` that stands for a task. */
export const createTaskResult = (task: Task): object => ({ ...task, resultType: 'task' });

/** Whether nothing changes in a task any more. */
export const isOver = ({ status }: Task): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';
