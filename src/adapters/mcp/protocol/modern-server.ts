import { Server, type ServerContext } from '@modelcontextprotocol/server';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv';
import type { McpCall } from '../call/mcp-call.ts';
import type { MethodName, MethodParams, ServerDescription } from './server-features.ts';

/**
 * Shared by all servers: over HTTP each request has its own, and building a validator costs more than a
 * request.
 */
const jsonSchemaValidator = new AjvJsonSchemaValidator();

/** Collects what a tool needs to know about a request. Each transport has its own. */
export type CallOf = (server: Server, context: ServerContext, params: MethodParams) => McpCall;

/**
 * Creates the library's server for the stateless protocol version 2026-07-28; over stdio also for older ones.
 */
export function createModernServer({ name, version, features }: ServerDescription, callOf: CallOf): Server {
  const { capabilities, instructions, methods } = features;
  const server = new Server({ name, version }, { capabilities, instructions, jsonSchemaValidator });
  // The library checks each result against its method's schema at run time. Its types cannot express that
  // here.
  const setHandler = server.setRequestHandler.bind(server) as unknown as SetHandler;
  for (const [methodName, handler] of methods) {
    setHandler(methodName, async ({ params = {} }, context) => ({
      ...(await handler(params, callOf(server, context, params))),
    }));
  }
  return server;
}

type SetHandler = (
  method: MethodName,
  handler: (request: { params?: MethodParams }, context: ServerContext) => Promise<object>,
) => void;
