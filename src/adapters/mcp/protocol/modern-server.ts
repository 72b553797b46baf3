import { Server, type ServerContext } from '@modelcontextprotocol/server';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv';
import * as v from 'valibot';
import type { McpCall } from '../call/mcp-call.ts';
import { TASKS_CAPABILITY } from '../tools/task.ts';
import type { MethodParams } from './method-handler.ts';
import type { MethodName, ServerDescription } from './server-features.ts';

/**
 * Shared by all servers. Over HTTP each request has its own server, and building a validator would cost more
 * than the request.
 */
const jsonSchemaValidator = new AjvJsonSchemaValidator();

/** The handlers check the parameters themselves. `libraryMessage` has made a text of each task id. */
const ANY_PARAMS = v.looseObject({ taskId: v.string() });

/** Collects what a tool needs to know about a request. Each transport has its own function for it. */
export type CreateMcpCall = (server: Server, context: ServerContext) => McpCall;

/**
 * Creates the library's server for the stateless protocol version 2026-07-28. Over stdio it serves older
 * versions too.
 */
export function createModernServer(
  { name, version, features }: ServerDescription,
  createMcpCall: CreateMcpCall,
): Server {
  const { instructions, methods, taskMethods } = features;
  const capabilities = { ...features.capabilities, ...(taskMethods.size > 0 && TASKS_CAPABILITY) };
  const server = new Server({ name, version }, { capabilities, instructions, jsonSchemaValidator });
  // The library checks each result against its method's schema at run time. Its types cannot express this for
  // handlers in a Map.
  const setHandler = server.setRequestHandler.bind(server) as unknown as SetHandler;
  for (const [methodName, handler] of methods) {
    setHandler(methodName, async ({ params = {} }, context) => ({
      ...(await handler(params, createMcpCall(server, context))),
    }));
  }
  for (const [methodName, handler] of taskMethods) {
    server.setRequestHandler(methodName, { params: ANY_PARAMS }, async (params, context) => {
      const { inputResponses = {} } = context.mcpReq;
      return { ...(await handler({ ...params, inputResponses }, createMcpCall(server, context))) };
    });
  }
  return server;
}

type SetHandler = (
  method: MethodName,
  handler: (request: { params?: MethodParams }, context: ServerContext) => Promise<object>,
) => void;
