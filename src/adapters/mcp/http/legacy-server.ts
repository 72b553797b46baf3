import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  type RequestId,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { LinkedAbort } from '../call/linked-abort.ts';
import { progressReporter } from '../call/mcp-call.ts';
import type { Method, MethodName, MethodParams, ServerDescription } from '../protocol/server-features.ts';
import { httpContextFrom, sentArguments } from './http-context.ts';

const SCHEMAS = {
  'tools/list': ListToolsRequestSchema,
  'tools/call': CallToolRequestSchema,
  'resources/list': ListResourcesRequestSchema,
  'resources/templates/list': ListResourceTemplatesRequestSchema,
  'resources/read': ReadResourceRequestSchema,
  'prompts/list': ListPromptsRequestSchema,
  'prompts/get': GetPromptRequestSchema,
} as const satisfies Record<MethodName, unknown>;

/** One for all sessions: the library would build a validator for each, and we never ask it anything. */
const jsonSchemaValidator = new AjvJsonSchemaValidator();

export interface LegacyServerOptions extends ServerDescription {
  /** Told of a result that the library will not send, as its request was cancelled. */
  readonly onCancelled?: (requestId: RequestId, result: object) => void;
  readonly onError: (error: Error) => void;
}

/** A server of the revisions up to 2025-11-25, for one session. */
export function createLegacyServer({
  name,
  version,
  features: { capabilities, instructions, methods },
  onCancelled,
  onError,
}: LegacyServerOptions): Server {
  const server = new Server({ name, version }, { capabilities, instructions, jsonSchemaValidator });
  server.onerror = onError;
  for (const [methodName, method] of methods) {
    server.setRequestHandler(SCHEMAS[methodName], async (request, extra) => {
      const result = await answer(server, method, request.params ?? {}, extra);
      if (extra.signal.aborted) onCancelled?.(extra.requestId, result);
      return { ...result };
    });
  }
  return server;
}

async function answer(
  server: Server,
  method: Method,
  params: MethodParams,
  extra: RequestHandlerExtra<ServerRequest, ServerNotification>,
): Promise<object> {
  const context = httpContextFrom(extra.authInfo);
  // The library aborts on the client's word only; that its connection is dead we have to see ourselves.
  using abort = new LinkedAbort([extra.signal, context.gone]);
  // Awaited here, or the link would be let go of before there is anything to abort.
  return await method(params, {
    caller: context.caller,
    requestId: context.requestId,
    client: { ...context, name: server.getClientVersion()?.name ?? null },
    gone: abort.signal,
    onProgress: progressReporter(extra._meta?.progressToken, (notification) =>
      extra.sendNotification(notification),
    ),
    sentArguments: sentArguments(context.body, extra.requestId),
  });
}
