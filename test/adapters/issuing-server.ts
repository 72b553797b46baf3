import { inMemoryStore } from '../../src/adapters/in-memory/store.ts';
import { JwtIssuer } from '../../src/adapters/jwt/jwt-issuer.ts';
import { JwtVerifier } from '../../src/adapters/jwt/jwt-verifier.ts';
import type { KeyPair } from '../../src/adapters/jwt/keys/keys.ts';
import { TokenRecorder } from '../../src/adapters/jwt/token-recorder.ts';
import { createMcpEndpoint, type McpEndpoint } from '../../src/adapters/mcp/http/endpoint.ts';
import type { Database } from '../../src/adapters/mikro-orm/database/database.ts';
import { postgresStore } from '../../src/adapters/mikro-orm/store.ts';
import { AuthorizationServer } from '../../src/adapters/oauth/authorization-server.ts';
import { systemClock, uuidV7 } from '../../src/adapters/runtime/system.ts';
import { InProcessSignals } from '../../src/adapters/signals/in-process-signals.ts';
import { createOperator, type IssueRequest, type Operator } from '../../src/application/admin/operator.ts';
import { SignInCodes } from '../../src/application/admin/sign-in-codes.ts';
import { createUserExport } from '../../src/application/admin/user-export.ts';
import { createDispatch, type Dispatch } from '../../src/application/dispatch/dispatch.ts';
import { LiveFeed } from '../../src/application/live/live-feed.ts';
import { DEFAULT_SETTINGS, type Ports } from '../../src/application/use-case.ts';
import { DeadlineAnnouncements } from '../../src/application/waiting/deadline-announcements.ts';
import { OpenWaits } from '../../src/application/waiting/open-waits.ts';
import { isOwnResource } from '../../src/composition/wiring/authorization-server.ts';
import { mcpRoutes } from '../../src/composition/wiring/mcp-routes.ts';
import type { ApiKeyRepository } from '../../src/ports/storage/api-key-repository.ts';
import type { DataRemoval } from '../../src/ports/storage/data-removal.ts';
import type { NotificationRepository } from '../../src/ports/storage/notification-repository.ts';
import { userIdOf } from '../support/builders.ts';
import { pairs } from './jwt/signed-tokens.ts';
import { type CallOptions, LogBook, TestServer } from './koa/test-server.ts';

export interface Stores extends Pick<Ports, 'repository' | 'queries'> {
  readonly apiKeys: ApiKeyRepository;
  readonly removal: DataRemoval;
  readonly notifications: NotificationRepository;
}

export interface IssuingServerOptions {
  readonly database?: Database | null;
  readonly pair?: KeyPair;
  /** False: the server has no private key, so it verifies tokens but issues none. */
  readonly issues?: boolean;
  /** Gives programs tokens over OAuth. Null: it does not. */
  readonly oauth?: {
    readonly publicUrl?: string;
    /** Fetches the descriptions of programs. By default none can be fetched. */
    readonly fetch?: typeof fetch;
    /** Whether the requests of one address are limited as usual. Tests send many from one. */
    readonly isLimited?: boolean;
  } | null;
}

const UNLIMITED = { register: 1e6, authorize: 1e6, device: 1e6, token: 1e6 };

/**
 * A server in this process with REST, live streams, sign-in, MCP and real tokens, over a store in memory or a
 * database.
 */
export class IssuingServer implements AsyncDisposable {
  readonly stores: Stores;
  readonly dispatch: Dispatch;
  readonly operator: Operator;
  readonly codes: SignInCodes;
  readonly server: TestServer;
  readonly #tokens: JwtVerifier;
  readonly #mcp: McpEndpoint;

  private constructor(
    parts: Pick<IssuingServer, 'stores' | 'dispatch' | 'operator' | 'codes' | 'server'>,
    tokens: JwtVerifier,
    mcp: McpEndpoint,
  ) {
    this.stores = parts.stores;
    this.dispatch = parts.dispatch;
    this.operator = parts.operator;
    this.codes = parts.codes;
    this.server = parts.server;
    this.#tokens = tokens;
    this.#mcp = mcp;
  }

  static async start({
    database = null,
    pair = pairs.EdDSA,
    issues = true,
    oauth = null,
  }: IssuingServerOptions = {}) {
    const signals = new InProcessSignals();
    const logger = new LogBook();
    const clock = systemClock;
    const stores = database === null ? inMemoryStore(signals) : postgresStore({ database, signals, logger });
    const recorder = new TokenRecorder({ keys: [pair], clock });
    const issuer = issues ? new JwtIssuer({ key: pair }) : null;
    const operator = createOperator({
      store: stores,
      issuer: new JwtIssuer({ key: pair }),
      clock,
      recordOf: (issueToken) => recorder.recordOf(issueToken),
    });
    const ports = {
      ...stores,
      issuer,
      signals,
      clock,
      ids: uuidV7,
      waits: new OpenWaits(),
      deadlines: new DeadlineAnnouncements(),
      settings: DEFAULT_SETTINGS,
    };
    const neverAborted = new AbortController().signal;
    const dispatch = createDispatch(ports, neverAborted);
    const codes = new SignInCodes(ports);
    const publicUrl = oauth?.publicUrl ?? null;
    const tokens = new JwtVerifier({
      keys: [pair],
      isOwnResource: (resource) => isOwnResource(resource, { publicUrl, allowedHosts: [] }),
      store: stores,
      clock,
      logger,
    });
    const mcpOptions = { dispatch, ids: uuidV7, logger, name: 'agent-dashboard', version: '1.2.3' };
    const mcp = createMcpEndpoint(mcpOptions);
    const server = await TestServer.start({
      dispatch,
      tokens,
      live: new LiveFeed(ports, neverAborted),
      signIn: codes,
      userExport: createUserExport({ ...stores, clock }),
      publicUrl,
      ...(oauth?.isLimited !== true && { oauthLimits: UNLIMITED }),
      oauthServer:
        oauth &&
        new AuthorizationServer({
          ...{ ...stores, clock, logger, key: pair },
          fetch: oauth.fetch ?? (() => Promise.reject(new Error('no program has a description'))),
        }),
      moreMiddleware: mcpRoutes(mcp, { tokens, logger, publicUrl }),
    });
    return new IssuingServer({ stores, dispatch, operator, codes, server }, tokens, mcp);
  }

  /** Issues an agent token of the user `ann`, unless `request` says otherwise. */
  token(request: Partial<IssueRequest> = {}): Promise<string> {
    return this.operator.issue({
      userId: userIdOf('ann'),
      name: 'a test',
      scope: 'agent',
      agentInstanceId: null,
      expiresInSeconds: null,
      ...request,
    });
  }

  call(token: string, method: string, path: string, { headers, ...options }: CallOptions = {}) {
    return this.server.call(method, path, {
      ...options,
      headers: { ...headers, authorization: `Bearer ${token}` },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#mcp.close(0);
    await this.server[Symbol.asyncDispose]();
    await this.#tokens.close();
  }
}
