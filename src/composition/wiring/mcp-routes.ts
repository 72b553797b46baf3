import type { Middleware } from 'koa';
import {
  type ProtectedNodeHandlerOptions,
  protectedNodeHandler,
} from '../../adapters/koa/server/protected-node-handler.ts';
import type { McpEndpoint } from '../../adapters/mcp/http/endpoint.ts';

/** The path to which clients of the HTTP+SSE transport post. The endpoint tells them. */
export const MESSAGES_PATH = '/messages';

/** The same as for a step over REST, whose text may have a million characters. */
const BODY_LIMIT = 16 * 1024 * 1024;

/** The MCP routes of the Koa application. Tokens and refusals are the same as for REST. */
export function mcpRoutes(
  endpoint: McpEndpoint,
  settings: Pick<ProtectedNodeHandlerOptions, 'tokens' | 'rateLimit' | 'logger' | 'publicUrl' | 'observer'>,
): readonly Middleware[] {
  const at = (
    paths: readonly string[],
    methods: readonly string[],
    handler: ProtectedNodeHandlerOptions['handler'],
  ) => protectedNodeHandler({ ...settings, bodyLimit: BODY_LIMIT, paths, methods, handler });
  return [
    at(['/mcp', '/mcp/'], ['GET', 'POST', 'DELETE'], endpoint.streamable),
    at(['/sse'], ['GET'], endpoint.sse),
    at([MESSAGES_PATH], ['POST'], endpoint.messages),
  ];
}
