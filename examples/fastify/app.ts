import { type Dashboard, type TokenVerifier, useCases, userId } from '@agent-dashboard/server';
import { nodeListener, protectedNodeHandler, restApi } from '@agent-dashboard/server/koa';
import { createMcpEndpoint } from '@agent-dashboard/server/mcp';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

export interface AppOptions {
  readonly dashboard: Dashboard;
  readonly tokens: TokenVerifier;
}

/** Creates an application with its own routes, the dashboard's REST API and its MCP endpoint. */
export function createApp({ dashboard, tokens }: AppOptions): FastifyInstance {
  const app = Fastify({ logger: { level: 'warn' } });
  const logger = app.log;
  const mcp = createMcpEndpoint({ ...dashboard, logger, name: 'fastify-example', version: '1.0.0' });

  app.get('/', async () => ({ application: 'its own' }));

  /** A route of the application that reads from the dashboard. Protect it with your own sign-in. */
  app.get<{ Params: { user: string } }>('/users/:user/open-questions', async ({ params }) => {
    const caller = { userId: userId(params.user), scopes: ['dashboard'] } as const;
    const input = { status: 'AWAITING_INPUT', limit: 200 };
    const { agent_instances: waiting } = await dashboard.dispatch(useCases.listAgentInstances, {
      caller,
      input,
    });
    return waiting.map(({ id, latest_message: question }) => ({ id, question }));
  });

  const listener = nodeListener(
    restApi({ ...dashboard, tokens, logger }),
    protectedNodeHandler({
      paths: ['/mcp'],
      methods: ['GET', 'POST', 'DELETE'],
      bodyLimit: 16 * 1024 * 1024,
      handler: mcp.streamable,
      tokens,
      logger,
    }),
  );
  app.register(async (scope) => {
    // The dashboard parses the body itself, after it has checked the token.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    const passToDashboard = async (request: FastifyRequest, reply: FastifyReply) => {
      reply.hijack();
      await listener(request.raw, reply.raw);
    };
    scope.all('/api/v1/*', passToDashboard);
    scope.all('/mcp', passToDashboard);
  });

  // Waiting calls must get their response before Fastify closes its connections.
  app.addHook('preClose', async () => {
    dashboard.stop();
    await mcp.close();
  });
  return app;
}
