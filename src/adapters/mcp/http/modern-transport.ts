import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createMcpHandler,
  InMemoryServerEventBus,
  type McpHttpHandler,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { showsApps } from '../call/client-apps.ts';
import { type Elicitation, elicitationModes } from '../call/elicitation.ts';
import { sentArguments } from '../call/library-message.ts';
import { type McpCall, progressReporter } from '../call/mcp-call.ts';
import { McpProtocolError } from '../call/mcp-protocol-error.ts';
import type { Timing } from '../call/timing.ts';
import type { MethodHandler } from '../protocol/method-handler.ts';
import { createModernServer } from '../protocol/modern-server.ts';
import { TASKS_EXTENSION } from '../tools/task.ts';
import { findTool } from '../tools/tools.ts';
import { packRequestInfo, unpackRequestInfo } from './http-request-info.ts';
import { methodNotAllowedResponse, protocolErrorResponse } from './json-rpc-responses.ts';
import type { LegacyServerOptions } from './legacy-server.ts';
import { callWithoutLibrary, clientNameIn, declaresTasks, type OwnConnection } from './request-meta.ts';
import { answerTaskPoll, taskPollOf } from './task-poll.ts';
import { type ListenBody, subscribesToTasks, TaskSubscriptions } from './task-subscriptions.ts';
import { sendResponse } from './web-bridge.ts';

export interface ModernOptions
  extends Pick<LegacyServerOptions, 'name' | 'version' | 'features' | 'onError'> {
  readonly timing: Timing;
}

const FIRST_MODERN_REVISION = '2026-07-28';

/** Whether a GET or DELETE names a stateless revision. A POST says so in its body. */
export function isModern(request: Request): boolean {
  const revision = request.headers.get('mcp-protocol-version') ?? '';
  return /^\d{4}-\d\d-\d\d$/.test(revision) && revision >= FIRST_MODERN_REVISION;
}

/** Streamable HTTP without sessions, for the stateless protocol version 2026-07-28. */
export class ModernTransport {
  /** Responds with JSON, or with a stream if something has to be sent before the result. */
  readonly #defaultHandler: McpHttpHandler;
  /** Opens a stream at once, for calls that wait for a person: many clients give up without a first byte. */
  readonly #streamingHandler: McpHttpHandler;

  readonly #subscriptions: TaskSubscriptions | null;
  readonly #getTask: MethodHandler | undefined;
  /** The server, as it names itself in each result. */
  readonly #serverInfo: { readonly name: string; readonly version: string };

  constructor(options: ModernOptions) {
    const { name, version, features, timing, onError } = options;
    const { keepAliveMs } = timing;
    const settings = {
      legacy: 'reject',
      keepAliveMs,
      bus: new InMemoryServerEventBus(),
      onerror: onError,
    } as const;
    const createServer = () => createModernServer(options, createMcpCall);
    this.#defaultHandler = createMcpHandler(createServer, { ...settings, responseMode: 'auto' });
    this.#streamingHandler = createMcpHandler(createServer, { ...settings, responseMode: 'sse' });
    this.#serverInfo = { name, version };
    this.#getTask = features.taskMethods.get('tasks/get');
    this.#subscriptions =
      features.tasks === null
        ? null
        : new TaskSubscriptions({ tasks: features.tasks, serverInfo: this.#serverInfo, keepAliveMs });
  }

  /**
   * Answers a poll of a task on `res`, unless the library has to look at it.
   * @returns whether it has answered.
   */
  async answerPoll(req: IncomingMessage, res: ServerResponse, requestInfo: OwnConnection): Promise<boolean> {
    const poll = taskPollOf(req, requestInfo.body);
    if (this.#getTask === undefined || poll === null) return false;
    await answerTaskPoll(poll, this.#getTask, requestInfo, { res, serverInfo: this.#serverInfo });
    return true;
  }

  /** Answers a request on `res`. */
  async handle(request: Request, requestInfo: OwnConnection, res: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      const message = `From revision ${FIRST_MODERN_REVISION} on there are no sessions, and every message is a POST`;
      return sendResponse(methodNotAllowedResponse(message, 'POST'), res);
    }
    const { body, libraryBody } = requestInfo;
    const handler = callsLongRunningTool(body) ? this.#streamingHandler : this.#defaultHandler;
    const response = await handler.fetch(request, {
      authInfo: packRequestInfo(requestInfo),
      ...(body !== undefined && { parsedBody: libraryBody }),
    });
    // The library checks a subscription to tasks, too, but sends only what it knows: nothing.
    const isChecked = response.headers.get('content-type') === 'text/event-stream';
    if (this.#subscriptions === null || !isChecked || !subscribesToTasks(body as ListenBody))
      return sendResponse(response, res);
    await response.body?.cancel();
    return this.#subscribe(this.#subscriptions, requestInfo, res);
  }

  async #subscribe(
    subscriptions: TaskSubscriptions,
    requestInfo: OwnConnection,
    res: ServerResponse,
  ): Promise<void> {
    const body = requestInfo.body as ListenBody;
    const meta = body.params?._meta;
    const call = callWithoutLibrary(requestInfo, {
      acceptsTasks: declaresTasks(meta),
      clientName: clientNameIn(meta) ?? null,
    });
    try {
      await subscriptions.serve(res, call, body);
    } catch (error) {
      if (!(error instanceof McpProtocolError)) throw error;
      await sendResponse(protocolErrorResponse(body.id, error), res);
    }
  }

  async close(): Promise<void> {
    this.#subscriptions?.close();
    await Promise.all([this.#defaultHandler.close(), this.#streamingHandler.close()]);
  }
}

function createMcpCall(server: Server, { http, mcpReq }: ServerContext): McpCall {
  const requestInfo = unpackRequestInfo(http?.authInfo);
  return {
    caller: requestInfo.caller,
    requestId: requestInfo.requestId,
    client: {
      clientType: requestInfo.clientType,
      userAgent: requestInfo.userAgent,
      name: server.getClientVersion()?.name ?? null,
    },
    // The library aborts this signal also when the connection closes.
    signal: mcpReq.signal,
    sendProgress: progressReporter(mcpReq._meta?.progressToken, (notification) =>
      mcpReq.notify(notification),
    ),
    acceptsTasks: server.getClientCapabilities()?.extensions?.[TASKS_EXTENSION] !== undefined,
    elicitation: elicitationOf(server, mcpReq),
    showsApps: showsApps(server.getClientCapabilities()),
    sentArguments: sentArguments(requestInfo.body, mcpReq.id),
  };
}

/** Servers of this version cannot ask their clients anything: the result of a call says what to ask. */
function elicitationOf(
  server: Server,
  { requestState, inputResponses }: ServerContext['mcpReq'],
): Elicitation | null {
  const modes = elicitationModes(server.getClientCapabilities());
  if (!modes.form && !modes.url) return null;
  const state = requestState();
  const repeated = typeof state === 'string' ? { state, responses: inputResponses ?? {} } : null;
  return { by: 'result', modes, repeated };
}

function callsLongRunningTool(body: unknown): boolean {
  const { method, params } = (body ?? {}) as { method?: unknown; params?: { name?: unknown } };
  return method === 'tools/call' && findTool(String(params?.name))?.isLongRunning === true;
}
