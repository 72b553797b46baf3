import type { Middleware } from 'koa';
import {
  type ProtectedNodeHandlerOptions,
  protectedNodeHandler,
} from '../../adapters/koa/server/protected-node-handler.ts';
import type { McpEndpoint } from '../../adapters/mcp/http/endpoint.ts';

/** Where clients of HTTP+SSE post; the endpoint tells them. */
export const MESSAGES_PATH = '/messages';

/** As for a step over REST: its text may be a million characters. */
const BODY_LIMIT = 16 * 1024 * 1024;

/** MCP on the server's Koa application, with the REST API's tokens and refusals. */
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
