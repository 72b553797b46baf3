import type { McpCall } from '../call/mcp-call.ts';
import { callTool, type ToolServices } from '../tools/call-tool.ts';
import type { Tool } from '../tools/tool.ts';
import { TOOLS } from '../tools/tools.ts';
import { getPrompt, PROMPTS } from './prompts.ts';
import { listResources, RESOURCE_TEMPLATES, readResource } from './resources.ts';
import { INSTRUCTIONS, TOOL_CAPABILITIES } from './server-offer.ts';

/** The protocol requests that this server handles itself. The libraries handle all others. */
export type MethodName =
  | 'tools/list'
  | 'tools/call'
  | 'resources/list'
  | 'resources/templates/list'
  | 'resources/read'
  | 'prompts/list'
  | 'prompts/get';

/** Handles one request. The result has a form that every protocol version understands. */
export type MethodHandler = (params: MethodParams, call: McpCall) => object | Promise<object>;

export interface MethodParams {
  readonly name?: string;
  readonly cursor?: string | undefined;
  readonly uri?: string;
}

/** Everything that the server offers over MCP, independent of the protocol version. */
export interface ServerFeatures {
  readonly capabilities: {
    tools: Record<string, never>;
    resources?: Record<string, never>;
    prompts: Record<string, never>;
  };
  readonly instructions: string;
  readonly methods: ReadonlyMap<MethodName, MethodHandler>;
}

/** The server's name, version and features, for all protocol versions. */
export interface ServerDescription {
  readonly name: string;
  readonly version: string;
  readonly features: ServerFeatures;
}

/** Creates all features: the tools, the prompt, and the conversations as resources. */
export function createServerFeatures(services: ToolServices): ServerFeatures {
  const tools = createToolFeatures(services, TOOLS);
  return {
    ...tools,
    capabilities: { ...tools.capabilities, resources: {} },
    methods: new Map<MethodName, MethodHandler>([
      ...tools.methods,
      ['resources/list', ({ cursor }, call) => listResources(services, call, cursor)],
      ['resources/templates/list', () => RESOURCE_TEMPLATES],
      ['resources/read', ({ uri = '' }, call) => readResource(services, call, uri)],
    ]),
  };
}

/** Creates the features of a server without resources: the given tools and the prompt. */
export function createToolFeatures(services: ToolServices, tools: readonly Tool[]): ServerFeatures {
  const toolList = { tools: tools.map(({ definition }) => definition) };
  const toolsByName = new Map(tools.map((tool) => [tool.definition.name, tool]));
  return {
    capabilities: TOOL_CAPABILITIES,
    instructions: INSTRUCTIONS,
    methods: new Map<MethodName, MethodHandler>([
      ['tools/list', () => toolList],
      ['tools/call', ({ name = '' }, call) => callTool(services, toolsByName.get(name), name, call)],
      ['prompts/list', () => PROMPTS],
      ['prompts/get', ({ name = '' }, call) => getPrompt(name, call.sentArguments)],
    ]),
  };
}
