/** The entry `@agent-dashboard/server/koa`: Koa middleware for the REST API and for other HTTP handlers. */

export { type RateLimit, RateLimitPerToken } from './access/rate-limit.ts';
export { type RestApiOptions, restApi } from './rest/rest-api.ts';
export { nodeListener } from './server/node-listener.ts';
export { type ProtectedNodeHandlerOptions, protectedNodeHandler } from './server/protected-node-handler.ts';
