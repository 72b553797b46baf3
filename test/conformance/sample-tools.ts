import { AsyncLocalStorage } from 'node:async_hooks';
import type { McpCall } from '../../src/adapters/mcp/call/mcp-call.ts';
import type { MethodHandler } from '../../src/adapters/mcp/protocol/method-handler.ts';
import type { ServerFeatures } from '../../src/adapters/mcp/protocol/server-features.ts';
import { createTaskMethods, tasksNotDeclared } from '../../src/adapters/mcp/protocol/task-methods.ts';
import type { Tasks } from '../../src/adapters/mcp/tasks/tasks.ts';
import { questionTask } from '../../src/adapters/mcp/tools/question-task.ts';
import { completeResult, createTaskResult, type Task } from '../../src/adapters/mcp/tools/task.ts';
import type { Dispatch } from '../../src/application/dispatch/dispatch.ts';
import { answerQuestion, postQuestion } from '../../src/application/use-cases/index.ts';

/** How a sample tool of the runner is played with a question of this server. */
interface SampleTool {
  /** When the question ends by itself; null: never. */
  readonly secondsOf: (args: { readonly seconds?: number }) => number | null;
  /** The requests that the client has to answer before the question is answered. */
  readonly inputKeys?: readonly string[];
  readonly needsTask?: true;
  /** What becomes of the task when the question has ended. */
  readonly outcome: (task: Task) => Pick<Task, 'status'> & object;
}

const completed = (text: string, isError?: true) => ({
  status: 'completed' as const,
  result: completeResult({ content: [{ type: 'text', text }], ...(isError && { isError }) }),
});

const DONE = completed('done');

const SAMPLE_TOOLS: { readonly [name: string]: SampleTool } = {
  slow_compute: { secondsOf: ({ seconds = 1 }) => seconds, outcome: () => DONE },
  failing_job: { secondsOf: () => 1, needsTask: true, outcome: () => completed('It failed', true) },
  protocol_error_job: {
    secondsOf: () => 1,
    outcome: () => ({ status: 'failed', error: { code: -32603, message: 'It broke' } }),
  },
  confirm_delete: { secondsOf: () => null, inputKeys: ['confirm'], outcome: () => DONE },
  multi_input: { secondsOf: () => null, inputKeys: ['first', 'second'], outcome: () => DONE },
};

const inputRequest = (key: string) => ({
  method: 'elicitation/create',
  params: {
    mode: 'form',
    message: `Please give ${key}`,
    requestedSchema: { type: 'object', properties: { confirm: { type: 'boolean' } } },
  },
});

/** The tool that asks the client for its name before its task begins. */
const ASKS_FIRST = 'test_tool_with_task';

interface Started {
  readonly tool: SampleTool;
  readonly missingKeys: Set<string>;
}

/** What the client answers with its request to what it was asked. Tools of this server ask nothing. */
export const sentInputResponses = new AsyncLocalStorage<{
  readonly [key: string]: { readonly content?: unknown };
}>();

/**
 * Adds the sample tools that the runner's scenarios about tasks call. Each of their tasks is a question of
 * this server, which ends at its deadline, by an answer or by a cancellation.
 */
export function withSampleTools(features: ServerFeatures, dispatch: Dispatch): ServerFeatures {
  const questions = features.tasks!;
  const started = new Map<string, Started>();
  let asked = 0;

  async function call(name: string, args: { seconds?: number; name?: string }, mcpCall: McpCall) {
    if (name === 'greet') return completed(`Hello, ${args.name}!`).result;
    const tool = SAMPLE_TOOLS[name]!;
    const seconds = tool.secondsOf(args);
    if (!mcpCall.acceptsTasks && tool.needsTask) throw tasksNotDeclared();
    if (!mcpCall.acceptsTasks || seconds === 0) return DONE.result;
    return begin(name, tool, seconds, mcpCall);
  }

  async function begin(name: string, tool: SampleTool, seconds: number | null, mcpCall: McpCall) {
    const standing = await dispatch(postQuestion, {
      caller: mcpCall.caller,
      input: {
        agent_type: 'sample',
        question_text: `${name} ${++asked}`,
        ...(seconds !== null && { expires_in_seconds: seconds }),
      },
    });
    started.set(standing.question_id, { tool, missingKeys: new Set(tool.inputKeys) });
    return createTaskResult(questionTask(standing));
  }

  const tasks: Tasks = {
    async get(mcpCall, taskId, waitSeconds) {
      const task = await questions.get(mcpCall, taskId, waitSeconds);
      const { tool, missingKeys } = started.get(taskId)!;
      const { result: _, ...fields } = { result: null, ...task };
      if (task.status === 'completed') {
        const { status } = task.result.structuredContent as { status: string };
        return {
          ...fields,
          ...(status === 'withdrawn' ? { status: 'cancelled' } : tool.outcome(task)),
        } as Task;
      }
      if (missingKeys.size === 0) return task;
      const inputRequests = Object.fromEntries([...missingKeys].map((key) => [key, inputRequest(key)]));
      return { ...fields, status: 'input_required', inputRequests };
    },
    async update(mcpCall, taskId, inputResponses) {
      await questions.update(mcpCall, taskId, inputResponses);
      const { missingKeys } = started.get(taskId)!;
      const wasWaiting = missingKeys.size > 0;
      for (const key of Object.keys(inputResponses)) missingKeys.delete(key);
      if (!wasWaiting || missingKeys.size > 0) return;
      const caller = { ...mcpCall.caller, scopes: ['dashboard'] as const };
      await dispatch(answerQuestion, { caller, input: { question_id: taskId, content: 'yes' } });
    },
    cancel: (mcpCall, taskId) => questions.cancel(mcpCall, taskId),
  };

  /** The first call asks the client for its name, the second one has it and begins the task. */
  async function askFirst(mcpCall: McpCall) {
    const { user_name: userName } = sentInputResponses.getStore() ?? {};
    if (userName === undefined)
      return { resultType: 'input_required', inputRequests: { user_name: inputRequest('user_name') } };
    const { name } = userName.content as { name: string };
    const greeting = completed(`Hello, ${name}!`);
    return begin(ASKS_FIRST, { secondsOf: () => 1, outcome: () => greeting }, 1, mcpCall);
  }

  const listTools: MethodHandler = async (params, mcpCall) => {
    const { tools } = (await features.methods.get('tools/list')!(params, mcpCall)) as { tools: object[] };
    const samples = ['greet', ASKS_FIRST, ...Object.keys(SAMPLE_TOOLS)].map((name) => ({
      name,
      inputSchema: { type: 'object', properties: {} },
    }));
    return { tools: [...tools, ...samples] };
  };
  const callTool: MethodHandler = (params, mcpCall) => {
    const { name = '' } = params;
    if (name === ASKS_FIRST) return askFirst(mcpCall);
    return name === 'greet' || Object.hasOwn(SAMPLE_TOOLS, name)
      ? call(name, mcpCall.sentArguments ?? {}, mcpCall)
      : features.methods.get('tools/call')!(params, mcpCall);
  };
  return {
    ...features,
    methods: new Map([...features.methods, ['tools/list', listTools], ['tools/call', callTool]]),
    tasks,
    taskMethods: createTaskMethods(tasks),
  };
}
