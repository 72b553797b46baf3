import type { ServerResponse } from 'node:http';
import { InitializeRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { INVALID_PARAMS } from '../call/mcp-protocol-error.ts';
import type { HttpRequestInfo } from './http-request-info.ts';
import {
  jsonRpcError,
  sessionIdMissingResponse,
  sessionNotFoundResponse,
  tooManySessionsResponse,
} from './json-rpc-responses.ts';
import { createSessionId } from './session-id.ts';
import { Sessions, sessionKey } from './sessions.ts';
import { type LegacyOptions, StreamableSession } from './streamable-session.ts';

/** How many ended sessions are remembered. One that is forgotten can be used again, which does no harm. */
const MAX_ENDED_SESSIONS = 1_000;

/**
 * Streamable HTTP with sessions, for the protocol versions up to 2025-11-25. A session is kept in memory only
 * while it is in use. Every session id works in every process, because it contains what has to be known.
 */
export class LegacyTransport {
  readonly sessions: Sessions<StreamableSession>;
  readonly #options: LegacyOptions;
  /** The keys of the sessions that clients have ended. The protocol demands 404 for them. */
  readonly #ended = new Set<string>();

  constructor(options: LegacyOptions) {
    this.#options = options;
    this.sessions = new Sessions(options.timing.sessionIdleMs);
  }

  async handle(request: Request, requestInfo: HttpRequestInfo, res: ServerResponse): Promise<Response> {
    const { caller, libraryBody } = requestInfo;
    if (request.method === 'POST' && isInitialize(libraryBody)) {
      return this.#initialize(request, requestInfo, res);
    }
    const id = request.headers.get('mcp-session-id');
    if (!id) return sessionIdMissingResponse();
    if (request.method === 'DELETE') {
      await this.#end(id, requestInfo);
      return new Response(null, { status: 200 });
    }
    if (this.#ended.has(sessionKey(id, caller))) return sessionNotFoundResponse();
    const known = this.sessions.find(id, caller);
    if (known === null && !this.sessions.makeRoom(caller)) return tooManySessionsResponse();
    const session = known ?? this.#restore(id, requestInfo);
    this.sessions.markInUse(id, caller, res);
    return request.method === 'GET'
      ? session.openStream(request, requestInfo)
      : session.post(request, requestInfo);
  }

  /** Opens a session, unless the parameters are wrong, the caller has too many, or the library refuses. */
  async #initialize(request: Request, requestInfo: HttpRequestInfo, res: ServerResponse) {
    const initialize = InitializeRequestSchema.safeParse(requestInfo.libraryBody);
    if (!initialize.success) {
      const [issue] = initialize.error.issues;
      return jsonRpcError(400, INVALID_PARAMS, `initialize: ${issue?.path.join('.')}: ${issue?.message}`);
    }
    if (!this.sessions.makeRoom(requestInfo.caller)) return tooManySessionsResponse();
    const { clientInfo, capabilities } = initialize.data.params;
    const id = createSessionId(clientInfo.name, capabilities);
    const session = new StreamableSession(id, this.#options);
    const response = await session.post(request, requestInfo);
    if (!response.ok) {
      await session.close();
      return response;
    }
    this.sessions.add(session, requestInfo.caller);
    this.sessions.markInUse(id, requestInfo.caller, res);
    return response;
  }

  async #end(id: string, { caller }: HttpRequestInfo): Promise<void> {
    this.#ended.add(sessionKey(id, caller));
    const [oldest] = this.#ended;
    if (this.#ended.size > MAX_ENDED_SESSIONS) this.#ended.delete(oldest!);
    await this.sessions.close(id, caller);
  }

  #restore(id: string, { caller }: HttpRequestInfo): StreamableSession {
    const session = new StreamableSession(id, this.#options);
    session.restore();
    this.sessions.add(session, caller);
    return session;
  }
}

const isInitialize = (message: unknown): boolean =>
  (message as { method?: unknown } | null | undefined)?.method === 'initialize';
