import { randomInt } from 'node:crypto';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema,
  type ElicitRequest,
  ElicitResultSchema,
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
import { showsApps } from '../call/client-apps.ts';
import { type Elicitation, elicitationModes } from '../call/elicitation.ts';
import { sentArguments } from '../call/library-message.ts';
import { LinkedAbort } from '../call/linked-abort.ts';
import { progressReporter } from '../call/mcp-call.ts';
import { INTERNAL_ERROR } from '../call/mcp-protocol-error.ts';
import type { MethodHandler, MethodParams } from '../protocol/method-handler.ts';
import type { MethodName, ServerDescription } from '../protocol/server-features.ts';
import { unpackRequestInfo } from './http-request-info.ts';

const REQUEST_SCHEMAS = {
  'tools/list': ListToolsRequestSchema,
  'tools/call': CallToolRequestSchema,
  'resources/list': ListResourcesRequestSchema,
  'resources/templates/list': ListResourceTemplatesRequestSchema,
  'resources/read': ReadResourceRequestSchema,
  'prompts/list': ListPromptsRequestSchema,
  'prompts/get': GetPromptRequestSchema,
} as const satisfies Record<MethodName, unknown>;

const CANCELLED = { code: INTERNAL_ERROR, message: 'The request was cancelled' };

/** Shared by all sessions: the library would build a validator for each, although no session uses it. */
const jsonSchemaValidator = new AjvJsonSchemaValidator();

export interface LegacyServerOptions extends ServerDescription {
  /** Called with the outcome of a cancelled request, for which the library will send no response. */
  readonly onCancelled?: (requestId: RequestId, outcome: CancelledOutcome) => void;
  readonly onError: (error: Error) => void;
}

export type CancelledOutcome =
  | { readonly result: { [field: string]: unknown } }
  | { readonly error: { code: number; message: string } };

/** Creates the library's server for one session of the protocol versions up to 2025-11-25. */
export function createLegacyServer({
  name,
  version,
  features: { capabilities, instructions, methods },
  onCancelled,
  onError,
}: LegacyServerOptions): Server {
  const server = new Server({ name, version }, { capabilities, instructions, jsonSchemaValidator });
  server.onerror = onError;
  startRequestIds(server);
  for (const [methodName, handler] of methods) {
    server.setRequestHandler(REQUEST_SCHEMAS[methodName], async (request, extra) => {
      const { signal, requestId } = extra;
      try {
        const result = { ...(await runHandler(server, handler, request.params ?? {}, extra)) };
        if (signal.aborted) onCancelled?.(requestId, { result });
        return result;
      } catch (error) {
        if (signal.aborted) onCancelled?.(requestId, { error: CANCELLED });
        throw error;
      }
    });
  }
  return server;
}

/**
 * Lets the ids of the server's own requests begin at a random number. Several processes may serve a session,
 * and the library counts from 0 in each: the answer to a question of one process could reach another one, and
 * end a different question there. Besides, clients ignore the cancellation of a request with the id 0.
 */
function startRequestIds(server: Server): void {
  (server as unknown as { _requestMessageId: number })._requestMessageId = randomInt(1, 2 ** 47);
}

async function runHandler(
  server: Server,
  handler: MethodHandler,
  params: MethodParams,
  extra: RequestHandlerExtra<ServerRequest, ServerNotification>,
): Promise<object> {
  const requestInfo = unpackRequestInfo(extra.authInfo);
  // The library aborts its signal only when the client sends a cancellation. A lost connection has to abort
  // the call too.
  using abort = new LinkedAbort([extra.signal, requestInfo.signal]);
  // `return await` is needed: a plain `return` would dispose of `abort` before the handler has finished.
  return await handler(params, {
    caller: requestInfo.caller,
    requestId: requestInfo.requestId,
    client: {
      clientType: requestInfo.clientType,
      userAgent: requestInfo.userAgent,
      name: server.getClientVersion()?.name ?? null,
    },
    signal: abort.signal,
    sendProgress: progressReporter(extra._meta?.progressToken, (notification) =>
      extra.sendNotification(notification),
    ),
    acceptsTasks: false,
    elicitation: elicitationOf(server, extra),
    showsApps: showsApps(server.getClientCapabilities()),
    sentArguments: sentArguments(requestInfo.body, extra.requestId),
  });
}

/** The question is over before this, so that the library itself never gives up waiting for the client. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

function elicitationOf(
  server: Server,
  { sendRequest, sendNotification }: RequestHandlerExtra<ServerRequest, ServerNotification>,
): Elicitation | null {
  const modes = elicitationModes(server.getClientCapabilities());
  if (!modes.form && !modes.url) return null;
  return {
    by: 'request',
    modes,
    create: (params, signal) =>
      sendRequest(
        { method: 'elicitation/create', params: params as ElicitRequest['params'] },
        ElicitResultSchema,
        { signal, timeout: NO_TIMEOUT_MS },
      ),
    complete: (elicitationId) => {
      sendNotification({ method: 'notifications/elicitation/complete', params: { elicitationId } }).catch(
        () => undefined,
      );
    },
  };
}
