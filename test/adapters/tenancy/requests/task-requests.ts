import type { TaskMethodName } from '../../../../src/adapters/mcp/protocol/task-methods.ts';
import { send } from '../../mcp/tasks/raw-tasks.ts';
import type { SendRequest } from '../fixture/compare-responses.ts';
import { recordResponse } from '../fixture/normalise-response.ts';
import { tokenOf } from '../fixture/tenant-server.ts';
import { INSTANCES, MESSAGES } from './id-fields.ts';

type TaskMethod = TaskMethodName | 'subscriptions/listen';

interface TaskRequest {
  readonly method: TaskMethod;
  readonly paramsOf: (id: string) => Parameters<typeof send>[2];
}

const withTaskId = (method: TaskMethodName): TaskRequest => ({
  method,
  paramsOf: (taskId) => ({ taskId, inputResponses: {} }),
});

/** The requests about tasks, by method. A new method does not compile without a line here. */
export const TASK_CASES: { readonly [method in TaskMethod]: TaskRequest } = {
  'tasks/get': withTaskId('tasks/get'),
  'tasks/update': withTaskId('tasks/update'),
  'tasks/cancel': withTaskId('tasks/cancel'),
  'subscriptions/listen': {
    method: 'subscriptions/listen',
    paramsOf: (id) => ({ notifications: { taskIds: [id] } }),
  },
};

/** The kinds of ids that are put into these requests. An open question is a task. */
export const TASK_ID_KINDS = [...MESSAGES, ...INSTANCES];

/** Sends a request about the task with the id in `ids`. */
export const taskRequest =
  (url: string, { method, paramsOf }: TaskRequest): SendRequest =>
  async (tenant, { id = '' }) => [
    await recordResponse(await send({ url }, method, paramsOf(id), { token: tokenOf(tenant.userId) })),
  ];
