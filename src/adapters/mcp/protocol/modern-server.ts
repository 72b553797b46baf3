import { Server, type ServerContext } from '@modelcontextprotocol/server';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv';
import type { McpCall } from '../call/mcp-call.ts';
import type { MethodName, MethodParams, ServerDescription } from './server-features.ts';

/** A server may live for one request only; building a validator for each would cost more than the request. */
const jsonSchemaValidator = new AjvJsonSchemaValidator();

/** What a transport knows of a request. */
export type CallOf = (server: Server, context: ServerContext, params: MethodParams) => McpCall;

/** A server of the library that knows the stateless revision 2026-07-28; over stdio it speaks the older ones, too. */
export function createModernServer({ name, version, features }: ServerDescription, callOf: CallOf): Server {
  const { capabilities, instructions, methods } = features;
  const server = new Server({ name, version }, { capabilities, instructions, jsonSchemaValidator });
  // The library checks each result against its method's schema when it runs; its types want to know sooner.
  const answer = server.setRequestHandler.bind(server) as unknown as SetHandler;
  for (const [methodName, method] of methods) {
    answer(methodName, async ({ params = {} }, context) => ({
      ...(await method(params, callOf(server, context, params))),
    }));
  }
  return server;
}

type SetHandler = (
  method: MethodName,
  handler: (request: { params?: MethodParams }, context: ServerContext) => Promise<object>,
) => void;
