import type { ServerResponse } from 'node:http';
import { LinkedAbort } from '../call/linked-abort.ts';
import type { McpCall } from '../call/mcp-call.ts';
import { INVALID_PARAMS, McpProtocolError } from '../call/mcp-protocol-error.ts';
import { tasksNotDeclared } from '../protocol/task-methods.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { isOver, type Task } from '../tools/task.ts';
import type { RequestMeta } from './request-meta.ts';

/** Each task is one wait, and the waits with a token are limited. */
const MAX_TASKS = 100;

/** How long one wait of a subscription takes. When it is over, the next one begins. */
const WAIT_SECONDS = 3_600;

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** The parts of a message that say what to subscribe to. Anything may be in them. */
export interface ListenBody {
  readonly method?: unknown;
  readonly id?: unknown;
  readonly params?: {
    readonly _meta?: RequestMeta | null;
    readonly notifications?: { readonly taskIds?: unknown } | null;
  } | null;
}

/** Whether a request subscribes to tasks. The library knows only the other things to subscribe to. */
export const subscribesToTasks = ({ method, params }: ListenBody): boolean =>
  method === 'subscriptions/listen' && params?.notifications?.taskIds != null;

export interface TaskSubscriptionOptions {
  readonly tasks: Tasks;
  /** The name and the version of the server. */
  readonly serverInfo: object;
  readonly keepAliveMs: number;
}

/** Streams that tell clients when their tasks are over, so that they need not poll. */
export class TaskSubscriptions {
  readonly #options: TaskSubscriptionOptions;
  readonly #closing = new AbortController();

  constructor(options: TaskSubscriptionOptions) {
    this.#options = options;
  }

  /**
   * Sends each of the tasks that a request names when it is over, as `tasks/get` returns it then. The first
   * message says which tasks these are: the caller has no others. The stream ends in order when all tasks are
   * over, or the server stops. If a task cannot be read, it breaks off, and the client polls or subscribes
   * again. Resolves when the stream has ended.
   * @throws McpProtocolError before the stream begins, if the client has not declared tasks, the ids are no
   * texts, or the tasks cannot be read.
   */
  async serve(res: ServerResponse, call: McpCall, { id, params }: ListenBody): Promise<void> {
    if (!call.acceptsTasks) throw tasksNotDeclared();
    const taskIds = params?.notifications?.taskIds;
    if (!Array.isArray(taskIds) || taskIds.some((taskId) => typeof taskId !== 'string'))
      throw new McpProtocolError(INVALID_PARAMS, 'notifications.taskIds must be a list of texts');
    const failure = new AbortController();
    using abort = new LinkedAbort([call.signal, this.#closing.signal, failure.signal]);
    const streamCall = { ...call, signal: abort.signal };
    const named = [...new Set<string>(taskIds)].slice(0, MAX_TASKS);
    const tasks = (await Promise.all(named.map((taskId) => this.#find(streamCall, taskId)))).filter(
      (task) => task !== null,
    );

    const { serverInfo, keepAliveMs } = this.#options;
    const ofStream = { 'io.modelcontextprotocol/subscriptionId': id };
    const send = (message: object): void => {
      res.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
    };
    const notify = (method: string, fields: object): void =>
      send({ method, params: { ...fields, _meta: ofStream } });

    res.writeHead(200, HEADERS);
    const notifications = { taskIds: tasks.map(({ taskId }) => taskId) };
    notify('notifications/subscriptions/acknowledged', { notifications });
    const keepAliveTimer = setInterval(() => res.write(': keepalive\n\n'), keepAliveMs);
    try {
      await Promise.all(
        tasks.map(async (task) => {
          const last = await this.#untilOver(streamCall, task);
          if (isOver(last)) notify('notifications/tasks', last);
        }),
      );
      const _meta = { ...ofStream, 'io.modelcontextprotocol/serverInfo': serverInfo };
      send({ id, result: { resultType: 'complete', _meta } });
    } catch {
      // The cause is in the log. The client learns that there is nothing more on this stream.
      failure.abort();
    } finally {
      clearInterval(keepAliveTimer);
      res.end();
    }
  }

  /** Ends all streams in order. */
  close(): void {
    this.#closing.abort();
  }

  /** Returns null if the caller has no such task. */
  async #find(call: McpCall, taskId: string): Promise<Task | null> {
    try {
      return await this.#options.tasks.get(call, taskId, 0);
    } catch (error) {
      if (error instanceof McpProtocolError && error.code === INVALID_PARAMS) return null;
      throw error;
    }
  }

  /** Returns the task when it is over, or as it is when the client or the server ends the stream. */
  async #untilOver(call: McpCall, task: Task): Promise<Task> {
    let current = task;
    while (!isOver(current)) {
      const startedAt = performance.now();
      current = await this.#options.tasks.get(call, task.taskId, WAIT_SECONDS);
      // Only a server that is about to stop ends waits early.
      const hasEndedEarly = performance.now() - startedAt < (WAIT_SECONDS - 1) * 1000;
      if (call.signal.aborted || hasEndedEarly) break;
    }
    return current;
  }
}
