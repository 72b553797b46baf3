import { AnswerTokens } from '../apps/answer-tokens.ts';
import { createAnswerTool } from '../apps/answer-tool.ts';
import { APP_RESOURCE, APP_URI, createQuestionApp, withApp } from '../apps/question-app.ts';
import { createQuestionTasks } from '../tasks/question-tasks.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { callTool } from '../tools/call-tool.ts';
import type { Tool } from '../tools/tool.ts';
import type { ToolServices } from '../tools/tool-services.ts';
import { TOOLS } from '../tools/tools.ts';
import type { MethodHandler } from './method-handler.ts';
import { getPrompt, PROMPTS } from './prompts.ts';
import { listResources, RESOURCE_TEMPLATES, readResource } from './resources.ts';
import { INSTRUCTIONS, TOOL_CAPABILITIES } from './server-offer.ts';
import { createTaskMethods, type TaskMethodName } from './task-methods.ts';

/** The protocol requests that this server handles itself. The libraries handle all others. */
export type MethodName =
  | 'tools/list'
  | 'tools/call'
  | 'resources/list'
  | 'resources/templates/list'
  | 'resources/read'
  | 'prompts/list'
  | 'prompts/get';

/** Everything that the server offers over MCP, independent of the protocol version. */
export interface ServerFeatures {
  readonly capabilities: {
    tools: Record<string, never>;
    resources?: Record<string, never>;
    prompts: Record<string, never>;
  };
  readonly instructions: string;
  readonly methods: ReadonlyMap<MethodName, MethodHandler>;
  /** Only clients of the stateless protocol version get tasks. null: the server has none. */
  readonly tasks: Tasks | null;
  /** The requests about tasks. Empty if the server has none. */
  readonly taskMethods: ReadonlyMap<TaskMethodName, MethodHandler>;
}

/** The server's name, version and features, for all protocol versions. */
export interface ServerDescription {
  readonly name: string;
  readonly version: string;
  readonly features: ServerFeatures;
}

/**
 * Creates all features: the tools, the prompt, the conversations as resources, questions as tasks, and the
 * app that shows a question.
 * @param appSecret proves answers of the app; the same in every process.
 */
export function createServerFeatures(
  services: Omit<ToolServices, 'questionApp'>,
  appSecret: Buffer,
): ServerFeatures {
  const tokens = new AnswerTokens(appSecret);
  const questionApp = createQuestionApp(tokens, (id) => services.questionUrl?.(id) ?? null);
  const answerTool = createAnswerTool(tokens);
  const tools = createToolFeatures({ ...services, questionApp }, TOOLS);
  // Clients without apps get none of this: one more tool would only cost their model attention.
  const toolList = {
    tools: [
      ...TOOLS.map(({ definition }) =>
        definition.name === 'ask_question' ? withApp(definition) : definition,
      ),
      answerTool.definition,
    ],
  };
  const [listTools, call] = ['tools/list', 'tools/call'].map(
    (name) => tools.methods.get(name as MethodName)!,
  );
  const tasks = createQuestionTasks(services);
  return {
    ...tools,
    capabilities: { ...tools.capabilities, resources: {} },
    tasks,
    taskMethods: createTaskMethods(tasks),
    methods: new Map<MethodName, MethodHandler>([
      ...tools.methods,
      ['tools/list', (params, mcpCall) => (mcpCall.showsApps ? toolList : listTools!(params, mcpCall))],
      [
        'tools/call',
        (params, mcpCall) =>
          mcpCall.showsApps && params.name === answerTool.definition.name
            ? callTool(services, answerTool, answerTool.definition.name, mcpCall)
            : call!(params, mcpCall),
      ],
      ['resources/list', ({ cursor }, call) => listResources(services, call, cursor)],
      ['resources/templates/list', () => RESOURCE_TEMPLATES],
      [
        'resources/read',
        ({ uri = '' }, mcpCall) => (uri === APP_URI ? APP_RESOURCE : readResource(services, mcpCall, uri)),
      ],
    ]),
  };
}

/** Creates the features of a server without resources and tasks: the given tools and the prompt. */
export function createToolFeatures(services: ToolServices, tools: readonly Tool[]): ServerFeatures {
  const toolList = { tools: tools.map(({ definition }) => definition) };
  const toolsByName = new Map(tools.map((tool) => [tool.definition.name, tool]));
  return {
    capabilities: TOOL_CAPABILITIES,
    instructions: INSTRUCTIONS,
    tasks: null,
    taskMethods: new Map(),
    methods: new Map<MethodName, MethodHandler>([
      ['tools/list', () => toolList],
      ['tools/call', ({ name = '' }, call) => callTool(services, toolsByName.get(name), name, call)],
      ['prompts/list', () => PROMPTS],
      ['prompts/get', ({ name = '' }, call) => getPrompt(name, call.sentArguments)],
    ]),
  };
}
