import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InMemoryAgentInstanceRepository } from '../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryDashboardQueries } from '../../../src/adapters/in-memory/dashboard-queries.ts';
import { type AppOptions, createApp } from '../../../src/adapters/koa/server/app.ts';
import {
  createHttpServer,
  type HttpServer,
  type HttpServerLimits,
} from '../../../src/adapters/koa/server/http-server.ts';
import { systemClock, uuidV7 } from '../../../src/adapters/runtime/system.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { createDispatch, type Dispatch } from '../../../src/application/dispatch/dispatch.ts';
import { LiveFeed } from '../../../src/application/live/live-feed.ts';
import type { LivePorts } from '../../../src/application/live/observers/live-ports.ts';
import { DEFAULT_SETTINGS } from '../../../src/application/use-case.ts';
import { DeadlineAnnouncements } from '../../../src/application/waiting/deadline-announcements.ts';
import { OpenWaits } from '../../../src/application/waiting/open-waits.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import { unauthenticated } from '../../../src/ports/errors.ts';
import type { Logger } from '../../../src/ports/runtime.ts';
import type { AgentInstanceRepository } from '../../../src/ports/storage/agent-instance-repository.ts';
import type { Caller, Scope, TokenVerifier } from '../../../src/ports/tokens/token-verifier.ts';
import { fetchDescribed } from '../../support/fetch-described.ts';

const caller = (userId: string, scope: Scope): Caller => ({
  userId: userId as UserId,
  scopes: [scope],
  expiresAt: new Date('2030-01-01T00:00:00Z'),
  email: null,
  displayName: null,
});

const CALLERS = new Map([
  ['ann', caller('ann', 'agent')],
  ['bob', caller('bob', 'agent')],
  ['ann-dashboard', caller('ann', 'dashboard')],
  ['bob-dashboard', caller('bob', 'dashboard')],
]);

/**
 * Accepts the tokens `ann`, `bob`, `ann-dashboard` and `bob-dashboard`. A token with the prefix `slow-` is
 * verified asynchronously, all others synchronously. Dots at the end of a token are ignored.
 */
export const fakeTokens: TokenVerifier = {
  verify(token) {
    const fakeCaller = CALLERS.get(token.replace(/^slow-|\.+$/g, ''));
    if (fakeCaller === undefined) throw unauthenticated(`no such token`);
    return token.startsWith('slow-') ? Promise.resolve(fakeCaller) : fakeCaller;
  },
};

/** A logger that keeps every line. */
export class LogBook implements Logger {
  readonly lines: { level: string; message: string; fields: { [key: string]: unknown } }[] = [];

  debug = (fields: object, message: string) => this.#record('debug', fields, message);
  info = (fields: object, message: string) => this.#record('info', fields, message);
  warn = (fields: object, message: string) => this.#record('warn', fields, message);
  error = (fields: object, message: string) => this.#record('error', fields, message);

  at(level: string) {
    return this.lines.filter((line) => line.level === level);
  }

  #record(level: string, fields: object, message: string): void {
    this.lines.push({ level, message, fields: { ...fields } });
  }
}

/**
 * Creates the use cases over an in-memory store.
 * @param wrap returns the repository to use; it may be the given one
 */
export function inMemory(
  wrap: (repository: AgentInstanceRepository) => AgentInstanceRepository = (unwrapped) => unwrapped,
  extraPorts: Partial<Pick<LivePorts, 'settings' | 'keepAliveIntervalMs' | 'clock'>> = {},
) {
  const signals = new InProcessSignals();
  const stopping = new AbortController();
  const innerRepository = new InMemoryAgentInstanceRepository(signals);
  const repository = wrap(innerRepository);
  const queries = new InMemoryDashboardQueries(innerRepository);
  const ports = {
    repository,
    queries,
    apiKeys: null,
    removal: null,
    issuer: null,
    signals,
    waits: new OpenWaits(),
    deadlines: new DeadlineAnnouncements(),
    settings: DEFAULT_SETTINGS,
    clock: systemClock,
    ids: uuidV7,
    ...extraPorts,
  };
  const dispatch = createDispatch(ports, stopping.signal);
  const live = new LiveFeed(ports, stopping.signal);
  return { ...ports, stopping, dispatch, live };
}

export const options = (dispatch: Dispatch, logger: Logger): AppOptions => ({
  dispatch,
  tokens: fakeTokens,
  logger,
  name: 'agent-dashboard',
  version: '1.2.3',
  ping: async () => {},
});

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A server under test on a free loopback port. Disposing it stops it. */
export class TestServer implements AsyncDisposable {
  readonly log: LogBook;
  readonly port: number;
  readonly http: HttpServer;

  private constructor(log: LogBook, port: number, http: HttpServer) {
    this.log = log;
    this.port = port;
    this.http = http;
  }

  static async start(
    overrides: Partial<AppOptions> = {},
    limits: HttpServerLimits = {},
  ): Promise<TestServer> {
    const log = new LogBook();
    const app = createApp({ ...options(overrides.dispatch ?? inMemory().dispatch, log), ...overrides });
    const http = createHttpServer(app, limits);
    return new TestServer(log, await listen(http.server), http);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /**
   * Calls the REST API with the token `ann`, unless `headers` has another. A plain object is sent as JSON.
   */
  call(method: string, path: string, { body, headers, signal }: CallOptions = {}): Promise<Response> {
    return fetchDescribed(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: 'Bearer ann',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isSendable(body) ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.http.drain(0);
  }
}

/** Returns the fields of a JSON response, typed as the test expects them. */
export const fieldsOf = async <Fields extends object = { [name: string]: unknown }>(
  response: Response,
): Promise<Fields> => (await response.json()) as Fields;

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
}

const isSendable = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' || body instanceof Uint8Array;
