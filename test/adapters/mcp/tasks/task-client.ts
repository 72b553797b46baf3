import {
  Client,
  type JSONRPCMessage,
  type StandardSchemaV1,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import * as v from 'valibot';
import type { Task } from '../../../../src/adapters/mcp/tools/task.ts';

const TASKS = { 'io.modelcontextprotocol/tasks': {} };

/** The client's library wants a schema for results that it does not know. */
const ANY_RESULT: StandardSchemaV1<unknown, { [field: string]: unknown }> = v.looseObject({});

export interface TaskClientOptions {
  readonly token?: string;
  /** Whether the client declares that it knows tasks. Default: true. */
  readonly knowsTasks?: boolean;
}

/** A client of the official library, which sends requests about tasks, but has no methods for them. */
export class TaskClient implements AsyncDisposable {
  readonly client: Client;
  /** The last JSON-RPC message that arrived: the library refuses results that are tasks. */
  #lastMessage: { readonly result?: object } = {};

  private constructor(client: Client) {
    this.client = client;
  }

  static async connect(
    url: string,
    { token = 'ann', knowsTasks = true }: TaskClientOptions = {},
  ): Promise<TaskClient> {
    const client = new Client(
      { name: 'task-client', version: '1.0.0' },
      {
        versionNegotiation: { mode: { pin: '2026-07-28' } },
        capabilities: knowsTasks ? { extensions: TASKS } : {},
      },
    );
    const taskClient = new TaskClient(client);
    const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    });
    await client.connect(transport);
    const receive = transport.onmessage;
    transport.onmessage = (message: JSONRPCMessage) => {
      taskClient.#lastMessage = message as { result?: object };
      receive?.(message);
    };
    return taskClient;
  }

  /** Calls a tool, and returns its result as it arrived. */
  async call(name: string, args: object): Promise<{ [field: string]: unknown }> {
    await this.client.callTool({ name, arguments: { ...args } }).catch((error: { code?: unknown }) => {
      if (error.code !== 'UNSUPPORTED_RESULT_TYPE') throw error;
    });
    return this.#lastMessage.result as { [field: string]: unknown };
  }

  /** Asks a question of which the server makes a task, and returns the task. */
  async ask(args: object = {}): Promise<Task> {
    const result = await this.call('ask_question', { question_text: 'Which port?', ...args });
    if (result.resultType !== 'task') throw new Error(`no task: ${JSON.stringify(result)}`);
    return result as unknown as Task;
  }

  async get(taskId: string): Promise<Task> {
    return (await this.request('tasks/get', { taskId })) as unknown as Task;
  }

  request(method: string, params: { [name: string]: unknown }): Promise<{ [field: string]: unknown }> {
    return this.client.request({ method, params }, ANY_RESULT);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client.close();
  }
}

/** Returns the code, the message and the data of the error that a request gets. */
export const errorOf = (request: Promise<unknown>): Promise<object> =>
  request.then(
    () => Promise.reject(new Error('the request succeeded')),
    ({ code, message, data }) => ({ code, message, data }),
  );
