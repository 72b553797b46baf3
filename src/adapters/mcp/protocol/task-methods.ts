import { McpProtocolError, MISSING_CLIENT_CAPABILITY } from '../call/mcp-protocol-error.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { TASKS_CAPABILITY } from '../tools/task.ts';
import type { MethodHandler } from './method-handler.ts';

/** The requests about tasks. Only the stateless protocol version has them in this form. */
export type TaskMethodName = 'tasks/get' | 'tasks/update' | 'tasks/cancel';

/** Creates the handlers of the requests about tasks. */
export function createTaskMethods(tasks: Tasks): ReadonlyMap<TaskMethodName, MethodHandler> {
  return new Map<TaskMethodName, MethodHandler>([
    ['tasks/get', forTaskClients(({ taskId = '' }, call) => tasks.get(call, taskId, 0))],
    [
      'tasks/update',
      forTaskClients(async ({ taskId = '', inputResponses = {} }, call) => {
        await tasks.update(call, taskId, inputResponses);
        return {};
      }),
    ],
    [
      'tasks/cancel',
      forTaskClients(async ({ taskId = '' }, call) => {
        await tasks.cancel(call, taskId);
        return {};
      }),
    ],
  ]);
}

/** Refuses clients that have not declared with their request that they know tasks. */
const forTaskClients =
  (handler: MethodHandler): MethodHandler =>
  (params, call) => {
    if (!call.acceptsTasks) throw tasksNotDeclared();
    return handler(params, call);
  };

export const tasksNotDeclared = (): McpProtocolError =>
  new McpProtocolError(
    MISSING_CLIENT_CAPABILITY,
    'This request needs a client that declares the extension io.modelcontextprotocol/tasks in its capabilities',
    { requiredCapabilities: TASKS_CAPABILITY },
  );
