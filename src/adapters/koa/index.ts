/** The entry `agent-dashboard-server/koa`: the REST API, and what else answers HTTP, as Koa middleware. */
export { nodeListener } from './node-listener.ts';
export { type ProtectedNodeHandlerOptions, protectedNodeHandler } from './protected-node-handler.ts';
export { type RateLimit, RateLimitPerToken } from './rate-limit.ts';
export { type RestApiOptions, restApi } from './rest.ts';
