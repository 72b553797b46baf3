import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jwkSetOf } from '../../adapters/jwt/keys/jwk-set.ts';
import { RateLimitPerToken } from '../../adapters/koa/access/rate-limit.ts';
import { createApp } from '../../adapters/koa/server/app.ts';
import { createHttpServer, type HttpServer } from '../../adapters/koa/server/http-server.ts';
import { REQUEST_ROLE, type TenantIsolation } from '../../adapters/mikro-orm/database/tenant-isolation.ts';
import { JobRunner } from '../../application/jobs/job-runner.ts';
import type { Observer } from '../../ports/observer.ts';
import type { Logger } from '../../ports/runtime.ts';
import { AsyncDisposableStack } from '../async-disposable-stack.ts';
import type { Config } from '../config/config.ts';
import { loadTokenKeys } from '../config/token-keys.ts';
import { waitForDataDir } from '../data-dir/wait-for-data-dir.ts';
import { ConfigError } from '../errors.ts';
import { isOperatorListening, openOperatorSocket } from '../operator/operator-socket.ts';
import { packageInfo } from '../package-info.ts';
import { type OpenStore, openStore } from '../store/open-store.ts';
import { type ServerParts, type WiringInput, wireServer } from '../wiring/container.ts';
import { mcpRoutes } from '../wiring/mcp-routes.ts';
import { openObservability } from './observability.ts';

/** How long open requests may take to end when the server stops. */
const DRAIN_MS = 8_000;
/** How long the store may take to close after that. So a stop takes less than 10 s. */
const CLOSE_STORE_MS = 1_500;

export interface RunningServer {
  /** The address of the server. With `MCP_SERVER_PORT=0` it has the port that the system has chosen. */
  readonly url: string;
  readonly parts: ServerParts;
  /** Ends all waits, lets open requests end, and closes everything. Takes at most 10 s. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Opens the store, brings its schema up to date, and listens.
 * @throws Error when a setting is wrong, or the port or the database cannot be used. Its message is one line.
 */
export async function startServer(config: Config, logger: Logger): Promise<RunningServer> {
  // Disposed of at the end of this function, unless the start succeeds and `move` empties it.
  await using startedResources = new AsyncDisposableStack();
  const keys = await loadTokenKeys(config);
  const observability = startedResources.use(await openObservability(config));
  const { observer } = observability;
  const openedStore = startedResources.use(await openStoreWhenFree(config, logger, observer));
  const applied = await openedStore.migrate();
  if (applied.length > 0) logger.info({ migrations: applied }, 'schema brought up to date');
  logIsolation(await openedStore.tenantIsolation(), config, logger);

  const { store } = openedStore;
  const parts = wireServer({ config, logger, store, keys });
  await openedStore.startSignals();
  const { tokenVerifier, dashboard, mcp } = parts;
  startedResources.defer(() => tokenVerifier.close());
  startedResources.use(await JobRunner.start(parts.jobs, logger));
  if (config.databaseUrl === null) {
    startedResources.use(await openOperatorSocket(config.dataDir, parts.operator, logger));
  }
  const metricsUrl = await observability.serveMetrics({
    openWaits: () => dashboard.waits.count,
    openStreams: () => dashboard.live.openStreamCount,
    mcpSessions: () => mcp.sessionCount,
    knownTokens: () => tokenVerifier.knownTokenCount,
  });
  if (metricsUrl !== null) logger.info({ url: metricsUrl }, 'metrics');
  const http = createHttpServer(createKoaApp({ config, logger, store, keys }, parts, observer));
  const url = await listen(http, config);
  const runningResources = startedResources.move();
  logger.info({ url, store: config.databaseUrl === null ? 'embedded' : 'postgresql' }, 'listening');

  const stop = async () => {
    // Waits and streams are ended first, because draining would wait for them.
    dashboard.stop();
    const [isDrained] = await Promise.all([http.drain(DRAIN_MS), mcp.close()]);
    if (!isDrained) logger.warn({}, 'stopped with requests unanswered');
    // A database that does not respond must not keep the process alive. No data is lost: every response that
    // was sent is about a committed change.
    const closing = runningResources.disposeAsync().then(() => true);
    const isClosed = await Promise.race([closing, setTimeout(CLOSE_STORE_MS, false, { ref: false })]);
    if (isClosed) logger.info({}, 'stopped');
    else logger.warn({}, 'stopped without an answer from the database');
  };
  let stopping: Promise<void> | null = null;
  return { url, parts, stop: () => (stopping ??= stop()) };
}

/** Opens the store. Waits for a command that has locked the embedded database, but not for another server. */
function openStoreWhenFree(config: Config, logger: Logger, observer: Observer | null): Promise<OpenStore> {
  let isLogged = false;
  return waitForDataDir(
    () => openStore(config, logger, observer),
    async (inUseError) => {
      if (await isOperatorListening(config.dataDir)) throw inUseError;
      if (!isLogged) logger.info({ dataDir: config.dataDir }, 'waiting for a command that uses DATA_DIR');
      isLogged = true;
      return null;
    },
  );
}

/** Logs whether row level security applies. The embedded database does not need it. */
function logIsolation(isolation: TenantIsolation, { databaseUrl }: Config, logger: Logger): void {
  if (databaseUrl === null) return;
  if (isolation !== 'off') logger.info({ isolation }, 'row level security keeps users apart');
  else logger.warn({ isolation }, `row level security is off: ${HOW_TO_TURN_IT_ON}`);
}

const HOW_TO_TURN_IT_ON =
  `policies do not apply to the role of DATABASE_URL. Use a role without SUPERUSER and BYPASSRLS, or let ` +
  `it switch to another role: create role ${REQUEST_ROLE} nologin; grant ${REQUEST_ROLE} to <that role>`;

/**
 * The folder of the built page. `npm ci` builds it (`npm run build:web`), so a checkout may not have it yet.
 */
const PAGE_DIR = fileURLToPath(new URL('../../../web/dist', import.meta.url));

function createKoaApp(
  { config, logger, store, keys }: WiringInput,
  { dashboard, tokenVerifier: tokens, signInCodes, mcp }: ServerParts,
  observer: Observer | null,
) {
  const { publicUrl, allowedHosts, corsOrigins, rateLimitPerMinute, identityProvider } = config;
  const jwks = jwkSetOf(keys.verification);
  // One limit for REST and MCP together.
  const rateLimit = rateLimitPerMinute === null ? null : new RateLimitPerToken(rateLimitPerMinute);
  return createApp({
    ...packageInfo,
    ...dashboard,
    tokens,
    rateLimit,
    logger,
    observer,
    ping: () => store.repository.ping(),
    publicUrl,
    allowedHosts,
    corsOrigins,
    jwks: () => jwks,
    signIn: signInCodes,
    pageDir: existsSync(PAGE_DIR) ? PAGE_DIR : null,
    ...(identityProvider?.issuer != null && { authorizationServers: [identityProvider.issuer] }),
    protectedResources: ['/api/v1', '/mcp'],
    links: { mcp: '/mcp' },
    moreMiddleware: mcpRoutes(mcp, { tokens, rateLimit, logger, observer, publicUrl }),
  });
}

async function listen({ server }: HttpServer, { host, port }: Config): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(
      `${LISTEN_FAILURES[error.code ?? ''] ?? 'HOST and MCP_SERVER_PORT: cannot listen'} (${error.message})`,
    );
  });
  const { port: actualPort } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`;
}

const LISTEN_FAILURES: { readonly [code: string]: string } = {
  EADDRINUSE: 'MCP_SERVER_PORT must be a free port: something listens on this one',
  EACCES: 'MCP_SERVER_PORT must be a port that this user may listen on',
  EADDRNOTAVAIL: 'HOST must be an address of this machine',
  ENOTFOUND: 'HOST must be an address of this machine',
};
