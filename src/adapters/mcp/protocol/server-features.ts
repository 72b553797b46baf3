import type { McpCall } from '../call/mcp-call.ts';
import { callTool, type ToolServices } from '../tools/call-tool.ts';
import type { Tool } from '../tools/tool.ts';
import { TOOLS } from '../tools/tools.ts';
import { getPrompt, PROMPTS } from './prompts.ts';
import { listResources, RESOURCE_TEMPLATES, readResource } from './resources.ts';

/** The requests of the protocol that both legs pass on. */
export type MethodName =
  | 'tools/list'
  | 'tools/call'
  | 'resources/list'
  | 'resources/templates/list'
  | 'resources/read'
  | 'prompts/list'
  | 'prompts/get';

/** Answers one request, in a form that every revision understands. */
export type Method = (params: MethodParams, call: McpCall) => object | Promise<object>;

export interface MethodParams {
  readonly name?: string;
  readonly cursor?: string | undefined;
  readonly uri?: string;
  readonly arguments?: { readonly [name: string]: unknown } | undefined;
}

/** All that the server offers over MCP; each leg puts it into its own revision. */
export interface ServerFeatures {
  readonly capabilities: {
    tools: Record<string, never>;
    resources?: Record<string, never>;
    prompts: Record<string, never>;
  };
  readonly instructions: string;
  readonly methods: ReadonlyMap<MethodName, Method>;
}

/** What a server of any revision is made of. */
export interface ServerDescription {
  readonly name: string;
  readonly version: string;
  readonly features: ServerFeatures;
}

const INSTRUCTIONS = [
  'A person follows and steers your work through this server.',
  'Log each meaningful step with log_step, follow what comes back in user_feedback, ask with ask_question',
  'when you need a decision, and end with end_session once the person agrees that the work is done.',
].join(' ');

/** What is offered, over the given use cases. */
export function createServerFeatures(services: ToolServices): ServerFeatures {
  const tools = toolFeatures(services, TOOLS);
  return {
    ...tools,
    capabilities: { ...tools.capabilities, resources: {} },
    methods: new Map<MethodName, Method>([
      ...tools.methods,
      ['resources/list', ({ cursor }, call) => listResources(services, call, cursor)],
      ['resources/templates/list', () => RESOURCE_TEMPLATES],
      ['resources/read', ({ uri = '' }, call) => readResource(services, call, uri)],
    ]),
  };
}

/** These tools and the prompt: what can be had without looking into conversations. */
export function toolFeatures(services: ToolServices, tools: readonly Tool[]): ServerFeatures {
  const list = { tools: tools.map(({ definition }) => definition) };
  const named = new Map(tools.map((tool) => [tool.definition.name, tool]));
  return {
    capabilities: { tools: {}, prompts: {} },
    instructions: INSTRUCTIONS,
    methods: new Map<MethodName, Method>([
      ['tools/list', () => list],
      ['tools/call', ({ name = '' }, call) => callTool(services, named.get(name), name, call)],
      ['prompts/list', () => PROMPTS],
      ['prompts/get', ({ name = '', arguments: sent = {} }) => getPrompt(name, sent)],
    ]),
  };
}
