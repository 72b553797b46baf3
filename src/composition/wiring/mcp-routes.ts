import type { Middleware } from 'koa';
import {
  type ProtectedNodeHandlerOptions,
  protectedNodeHandler,
} from '../../adapters/koa/server/protected-node-handler.ts';
import type { McpEndpoint } from '../../adapters/mcp/http/endpoint.ts';

/** The path to which clients of the HTTP+SSE transport post. The endpoint sends it to them. */
export const MESSAGES_PATH = '/messages';

/**
 * The maximum body size, the same as for REST. A step may have a million characters, of several bytes each in
 * JSON.
 */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Returns the MCP routes of the Koa application. They check tokens and refuse requests as REST does, but with
 * the errors of JSON-RPC.
 */
export function mcpRoutes(
  endpoint: McpEndpoint,
  settings: Pick<ProtectedNodeHandlerOptions, 'tokens' | 'rateLimit' | 'logger' | 'publicUrl' | 'observer'>,
): readonly Middleware[] {
  const route = (
    paths: readonly string[],
    methods: readonly string[],
    handler: ProtectedNodeHandlerOptions['handler'],
  ) => protectedNodeHandler({ ...settings, bodyLimit: MAX_BODY_BYTES, paths, methods, handler });
  return [
    route(['/mcp', '/mcp/'], ['GET', 'POST', 'DELETE'], endpoint.streamable),
    // Some clients add a slash to every address.
    route(['/sse', '/sse/'], ['GET'], endpoint.sse),
    route([MESSAGES_PATH, `${MESSAGES_PATH}/`], ['POST'], endpoint.messages),
  ];
}
