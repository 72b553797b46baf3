import type { McpCall } from './call.ts';
import { callTool, type ToolServices } from './call-tool.ts';
import { TOOLS } from './tools.ts';

/** The requests of the protocol that both legs pass on. */
export type MethodName = 'tools/list' | 'tools/call';

/** Answers one request, in a form that every revision understands. */
export type Method = (params: MethodParams, call: McpCall) => object | Promise<object>;

export interface MethodParams {
  readonly name?: string;
  readonly cursor?: string | undefined;
}

/** All that the server offers over MCP; each leg puts it into its own revision. */
export interface Offer {
  readonly capabilities: { tools: Record<string, never> };
  readonly instructions: string;
  readonly methods: ReadonlyMap<MethodName, Method>;
}

const INSTRUCTIONS = [
  'A person follows and steers your work through this server.',
  'Log each meaningful step with log_step, follow what comes back in user_feedback, ask with ask_question',
  'when you need a decision, and end with end_session once the person agrees that the work is done.',
].join(' ');

/** What is offered, over the given use cases. */
export function createOffer(services: ToolServices): Offer {
  const list = { tools: TOOLS.map(({ definition }) => definition) };
  return {
    capabilities: { tools: {} },
    instructions: INSTRUCTIONS,
    methods: new Map<MethodName, Method>([
      ['tools/list', () => list],
      ['tools/call', ({ name = '' }, call) => callTool(services, name, call)],
    ]),
  };
}
