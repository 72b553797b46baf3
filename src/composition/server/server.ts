import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DependencyContainer } from 'tsyringe';
import { jwkSetOf } from '../../adapters/jwt/keys/jwk-set.ts';
import { RateLimitPerToken } from '../../adapters/koa/access/rate-limit.ts';
import { createApp } from '../../adapters/koa/server/app.ts';
import { createHttpServer, type HttpServer } from '../../adapters/koa/server/http-server.ts';
import type { GaugeSources } from '../../adapters/metrics/prometheus.ts';
import { REQUEST_ROLE, type TenantIsolation } from '../../adapters/mikro-orm/database/tenant-isolation.ts';
import type { Observer } from '../../ports/observer.ts';
import type { Logger } from '../../ports/runtime.ts';
import { AsyncDisposableStack } from '../async-disposable-stack.ts';
import type { Config } from '../config/config.ts';
import { loadTokenKeys } from '../config/token-keys.ts';
import { waitForDataDir } from '../data-dir/wait-for-data-dir.ts';
import { ConfigError } from '../errors.ts';
import { hasOperator, openOperatorSocket } from '../operator/operator-socket.ts';
import { packageInfo } from '../package-info.ts';
import {
  explainUnreachable,
  migrateDatabase,
  type OpenDatabase,
  openDatabase,
} from '../store/open-database.ts';
import { createContainer, TOKENS } from '../wiring/container.ts';
import { mcpRoutes } from '../wiring/mcp-routes.ts';
import { Upkeep } from '../wiring/upkeep.ts';
import { openObservability } from './observability.ts';

/** For requests under way to be answered when the server stops. */
const DRAIN_MS = 8_000;
/** And then for the store to close. */
const CLOSE_MS = 1_500;

export interface RunningServer {
  /** Where it listens; the port is the real one where 0 was asked for. */
  readonly url: string;
  readonly container: DependencyContainer;
  /** Answers waits, lets requests finish, closes everything. Takes at most 10 s. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Opens the store, brings its schema up to date, and listens.
 * @throws Error of one line, when a setting or the surroundings do not allow it.
 */
export async function startServer(config: Config, logger: Logger): Promise<RunningServer> {
  await using started = new AsyncDisposableStack();
  const keys = await loadTokenKeys(config);
  const observing = started.use(await openObservability(config));
  const { observer } = observing;
  const store = started.use(await openOnceFree(config, logger, observer));
  const { database } = store;
  const applied = await migrateDatabase(database);
  if (applied.length > 0) logger.info({ migrations: applied }, 'schema brought up to date');
  logIsolation(await explainUnreachable('DATABASE_URL', database.tenantIsolation()), config, logger);

  const stopping = new AbortController();
  const container = createContainer({
    config,
    logger,
    database,
    keys,
    observer,
    stopping: stopping.signal,
  });
  const signals = container.resolve(TOKENS.postgresSignals);
  if (signals !== null) {
    started.defer(() => signals.close());
    await explainUnreachable('DATABASE_LISTEN_URL', signals.start());
  }
  const sharedWaits = container.resolve(TOKENS.sharedWaits);
  if (sharedWaits !== null) {
    started.defer(() => sharedWaits.close());
    sharedWaits.start();
  }
  const tokens = container.resolve(TOKENS.tokenVerifier);
  started.defer(() => tokens.close());
  started.use(await Upkeep.start(container));

  if (config.databaseUrl === null) {
    started.use(await openOperatorSocket(config.dataDir, container.resolve(TOKENS.operator), logger));
  }
  const metricsUrl = await observing.serveMetrics(readingsOf(container));
  if (metricsUrl !== null) logger.info({ url: metricsUrl }, 'metrics');
  const http = createHttpServer(restApp(container));
  const url = await listen(http, config);
  const opened = started.move();
  logger.info({ url, store: config.databaseUrl === null ? 'embedded' : 'postgresql' }, 'listening');

  const stop = async () => {
    // Waits answer and streams end first; then what is open all the time closes, or draining would wait for it.
    stopping.abort();
    const [answered] = await Promise.all([http.drain(DRAIN_MS), container.resolve(TOKENS.mcp).close()]);
    if (!answered) logger.warn({}, 'stopped with requests unanswered');
    // A store that has fallen silent must not keep the process: what was answered is committed.
    const closed = opened.disposeAsync().then(() => true);
    const inTime = await Promise.race([closed, setTimeout(CLOSE_MS, false, { ref: false })]);
    if (inTime) logger.info({}, 'stopped');
    else logger.warn({}, 'stopped without an answer from the database');
  };
  let stopped: Promise<void> | null = null;
  return { url, container, stop: () => (stopped ??= stop()) };
}

/** Waits for a command that holds the embedded database, but for no other server. */
function openOnceFree(config: Config, logger: Logger, observer: Observer | null): Promise<OpenDatabase> {
  let isTold = false;
  return waitForDataDir(
    () => openDatabase(config, observer),
    async (held) => {
      if (await hasOperator(config.dataDir)) throw held;
      if (!isTold) logger.info({ dataDir: config.dataDir }, 'waiting for a command that uses DATA_DIR');
      isTold = true;
      return null;
    },
  );
}

/** The second wall between tenants is the database's own, where it is a server that several may reach. */
function logIsolation(isolation: TenantIsolation, { databaseUrl }: Config, logger: Logger): void {
  if (databaseUrl === null) return;
  if (isolation !== 'off') logger.info({ isolation }, 'row level security keeps tenants apart');
  else logger.warn({ isolation }, `row level security is off: ${LET_IT_HOLD}`);
}

const LET_IT_HOLD =
  `policies do not bind the role of DATABASE_URL. Use one without SUPERUSER and BYPASSRLS, ` +
  `or let it switch: create role ${REQUEST_ROLE} nologin; grant ${REQUEST_ROLE} to <that role>`;

/** Built by `npm run build:web`, which `npm ci` runs; a checkout may still lack it. */
const PAGE_DIR = fileURLToPath(new URL('../../../web/dist', import.meta.url));

function restApp(container: DependencyContainer) {
  const { publicUrl, allowedHosts, corsOrigins, rateLimitPerMinute, identityProvider } = container.resolve(
    TOKENS.config,
  );
  const repository = container.resolve(TOKENS.repository);
  const tokens = container.resolve(TOKENS.tokenVerifier);
  const logger = container.resolve(TOKENS.logger);
  const observer = container.resolve(TOKENS.observer);
  const jwks = jwkSetOf(container.resolve(TOKENS.keys).verification);
  // One for all: what a token asks over REST and over MCP counts together.
  const rateLimit = rateLimitPerMinute === null ? null : new RateLimitPerToken(rateLimitPerMinute);
  return createApp({
    ...packageInfo,
    dispatch: container.resolve(TOKENS.dispatch),
    live: container.resolve(TOKENS.live),
    userExport: container.resolve(TOKENS.userExport),
    tokens,
    rateLimit,
    logger,
    observer,
    ping: () => repository.ping(),
    publicUrl,
    allowedHosts,
    corsOrigins,
    jwks: () => jwks,
    signIn: container.resolve(TOKENS.signInCodes),
    pageDir: existsSync(PAGE_DIR) ? PAGE_DIR : null,
    ...(identityProvider?.issuer != null && { authorizationServers: [identityProvider.issuer] }),
    protectedResources: ['/api/v1', '/mcp'],
    links: { mcp: '/mcp' },
    also: mcpRoutes(container.resolve(TOKENS.mcp), { tokens, rateLimit, logger, observer, publicUrl }),
  });
}

/** What metrics are read from when somebody asks for them. */
function readingsOf(container: DependencyContainer): GaugeSources {
  const waits = container.resolve(TOKENS.waits);
  const live = container.resolve(TOKENS.live);
  const mcp = container.resolve(TOKENS.mcp);
  const tokens = container.resolve(TOKENS.tokenVerifier);
  return {
    openWaits: () => waits.count,
    openStreams: () => live.openStreams,
    mcpSessions: () => mcp.sessions,
    knownTokens: () => tokens.knownTokens,
  };
}

async function listen({ server }: HttpServer, { host, port }: Config): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(
      `${LISTEN_FAILURES[error.code ?? ''] ?? 'HOST and MCP_SERVER_PORT: cannot listen'} (${error.message})`,
    );
  });
  const { port: actual } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
}

const LISTEN_FAILURES: { readonly [code: string]: string } = {
  EADDRINUSE: 'MCP_SERVER_PORT must be a free port: something listens on this one',
  EACCES: 'MCP_SERVER_PORT must be a port that this user may listen on',
  EADDRNOTAVAIL: 'HOST must be an address of this machine',
  ENOTFOUND: 'HOST must be an address of this machine',
};
