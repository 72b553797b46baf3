import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jwkSetOf } from '../../adapters/jwt/keys/jwk-set.ts';
import { RateLimitPerToken } from '../../adapters/koa/access/rate-limit.ts';
import type { ProviderSignIn } from '../../adapters/koa/rest/sign-in/provider-sign-in-routes.ts';
import type { SmsReplies } from '../../adapters/koa/rest/sms-reply-route.ts';
import { createApp } from '../../adapters/koa/server/app.ts';
import { createHttpServer, type HttpServer } from '../../adapters/koa/server/http-server.ts';
import { REQUEST_ROLE, type TenantIsolation } from '../../adapters/mikro-orm/database/tenant-isolation.ts';
import type { AuthorizationServer } from '../../adapters/oauth/authorization-server.ts';
import { JobRunner } from '../../application/jobs/job-runner.ts';
import type { UserId } from '../../domain/ids.ts';
import { issuingDisabled } from '../../ports/errors.ts';
import type { Observer } from '../../ports/observer.ts';
import type { Logger } from '../../ports/runtime.ts';
import { AsyncDisposableStack } from '../async-disposable-stack.ts';
import type { Config } from '../config/config.ts';
import { loadTokenKeys } from '../config/token-keys.ts';
import { isWritableByEverybody } from '../data-dir/data-dir.ts';
import { waitForDataDir } from '../data-dir/wait-for-data-dir.ts';
import { ConfigError } from '../errors.ts';
import {
  isOperatorListening,
  openOperatorSocket,
  type ServerOperator,
  socketPath,
} from '../operator/operator-socket.ts';
import { packageInfo } from '../package-info.ts';
import { type OpenStore, openStore } from '../store/open-store.ts';
import { typedCommand } from '../typed-command.ts';
import { openAuthorizationServer } from '../wiring/authorization-server.ts';
import { openChannels } from '../wiring/channels.ts';
import { type ServerParts, type WiringInput, wireServer } from '../wiring/container.ts';
import { mcpRoutes } from '../wiring/mcp-routes.ts';
import { openProviderSignIn } from '../wiring/provider-sign-in.ts';
import { addressesOf, isReadableByOthers, pageUrls, tryToListen } from './addresses.ts';
import { openObservability, throwMetricsPortError } from './observability.ts';

/** How long open requests may take to end when the server stops. */
const DRAIN_MS = 8_000;
/** How long the store may take to close after that. So a stop takes less than 10 s. */
const CLOSE_STORE_MS = 1_500;

export interface RunningServer {
  /**
   * The address of the server: `PUBLIC_URL`, or else an address on this machine. With `MCP_SERVER_PORT=0` it
   * has the port that the system has chosen.
   */
  readonly url: string;
  /** Whether other people on the network may read what is sent. */
  readonly isReadableByOthers: boolean;
  readonly parts: ServerParts;
  /** As the operation of `ServerOperator`. */
  signInLinks(userId: UserId): readonly string[];
  /** Ends all waits, lets open requests end, and closes everything. Takes at most 10 s. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Opens the store, brings its schema up to date, and listens.
 * @throws ConfigError when a setting is wrong, or the port or the database cannot be used.
 */
export async function startServer(config: Config, logger: Logger): Promise<RunningServer> {
  // Disposed of at the end of this function, unless the start succeeds and `move` empties it.
  await using startedResources = new AsyncDisposableStack();
  // Checked first, because making a database takes seconds, and a refused start should leave nothing behind.
  const boundAddress = await requirePorts(config);
  const addresses = addressesOf(config.host, boundAddress);
  const keys = await loadTokenKeys(config);
  const { dataDir } = config;
  if (await isWritableByEverybody(dataDir))
    logger.warn({ dataDir }, 'everybody can write to DATA_DIR, and so replace its signing key: chmod 700 it');
  const observability = startedResources.use(await openObservability(config));
  const { observer } = observability;
  const openedStore = startedResources.use(await openStoreWhenFree(config, logger, observer));
  const applied = await openedStore.migrate();
  if (applied.length > 0) logger.info({ migrations: applied }, 'schema brought up to date');
  logIsolation(await openedStore.tenantIsolation(), config, logger);

  const { store } = openedStore;
  const allowedHosts = [...config.allowedHosts, ...addresses.hosts];
  const opened = await openChannels(config, logger).catch((error: Error) => {
    throw new ConfigError([error.message]);
  });
  const { channels = null, smsReplies = null } = opened ?? {};
  let pageUrl = config.publicUrl ?? '';
  const currentPageUrl = () => pageUrl;
  const notifications = channels && { channels, pageUrl: currentPageUrl };
  const wiring = {
    config: { ...config, allowedHosts },
    ...{ logger, store, keys, notifications, pageUrl: currentPageUrl },
  };
  const parts = wireServer(wiring);
  await openedStore.startSignals();
  const { tokenVerifier, dashboard, mcp } = parts;
  startedResources.defer(() => tokenVerifier.close());
  for (const notifier of channels?.notifiers ?? []) {
    const receiving = await notifier.receive?.(dashboard.inbox!);
    if (receiving !== undefined) startedResources.use(receiving);
  }
  startedResources.use(await JobRunner.start(parts.jobs, logger));
  const metricsUrl = await observability.serveMetrics({
    openWaits: () => dashboard.waits.count,
    openStreams: () => dashboard.live.openStreamCount,
    mcpSessions: () => mcp.sessionCount,
    knownTokens: () => tokenVerifier.knownTokenCount,
  });
  if (metricsUrl !== null) logger.info({ url: metricsUrl }, 'metrics');
  const oauthServer = await openAuthorizationServer({ ...wiring, clock: parts.clock });
  const providerSignIn = await openProviderSignIn(config, keys, parts.signInCodes);
  const adapters = { observer, smsReplies, oauthServer, providerSignIn };
  const http = createHttpServer(createKoaApp(wiring, parts, adapters));
  const port = await listen(http, config);
  const urls = pageUrls(config, { boundAddress, port, hosts: addresses.hosts });
  const [url] = urls;
  pageUrl = url;
  const signInLinks = (userId: UserId): readonly string[] => {
    if (keys.signing?.strength !== 'full') throw issuingDisabled(NO_SIGN_IN_LINKS);
    return urls.map((each) => `${each}/#code=${parts.signInCodes.newCode(userId)}`);
  };
  startedResources.use(
    await openServerSocket(
      config,
      { ...parts.operator, signInLinks: async (user) => signInLinks(user) },
      logger,
    ),
  );
  const runningResources = startedResources.move();
  logger.info({ url, store: config.databaseUrl === null ? 'embedded' : 'postgresql' }, 'listening');

  const stop = async () => {
    // Waits and streams are ended first, because draining would wait for them.
    dashboard.stop();
    const [isDrained] = await Promise.all([
      http.drain(DRAIN_MS),
      mcp.close(),
      dashboard.deliveries?.[Symbol.asyncDispose](),
    ]);
    if (!isDrained) logger.warn({}, 'stopped with requests unanswered');
    // A database that does not respond must not keep the process alive. No data is lost: every response that
    // was sent is about a committed change.
    const closing = runningResources.disposeAsync().then(() => true);
    const isClosed = await Promise.race([closing, setTimeout(CLOSE_STORE_MS, false, { ref: false })]);
    if (isClosed) logger.info({}, 'stopped');
    else logger.warn({}, 'stopped without an answer from the database');
  };
  let stopping: Promise<void> | null = null;
  return {
    url,
    isReadableByOthers: isReadableByOthers(addresses, config.publicUrl),
    parts,
    signInLinks,
    stop: () => (stopping ??= stop()),
  };
}

const NO_SIGN_IN_LINKS =
  'This server makes no tokens for people, so it has no sign-in links: JWT_PRIVATE_KEY is missing, or is a short RSA key';

/**
 * Opens the operator socket. Beside a PostgreSQL a server needs a data folder for it, and of two servers with
 * the same folder and port setting only the first has one.
 */
async function openServerSocket(
  config: Config,
  operator: ServerOperator,
  logger: Logger,
): Promise<AsyncDisposable> {
  const path = socketPath(config);
  if (config.databaseUrl !== null && (!existsSync(config.dataDir) || (await isOperatorListening(path)))) {
    logger.debug({ path }, 'no socket for commands');
    return { [Symbol.asyncDispose]: async () => {} };
  }
  return openOperatorSocket(path, operator, logger);
}

/**
 * Checks that the server can listen on its ports.
 * @returns the address on which it will listen.
 * @throws ConfigError with one line for each port.
 */
async function requirePorts(config: Config): Promise<string> {
  const { host, port, metricsPort } = config;
  const [server, metrics] = await Promise.allSettled([
    tryToListen(host, port).catch(async (error) => {
      throw listenError(error, { config, isOurs: await isOperatorListening(socketPath(config)) });
    }),
    metricsPort === null ? null : tryToListen('127.0.0.1', metricsPort).catch(throwMetricsPortError),
  ]);
  const failures = [server, metrics].flatMap((each) =>
    each.status === 'rejected' ? [(each.reason as Error).message] : [],
  );
  if (server.status === 'rejected' || failures.length > 0) throw new ConfigError(failures);
  return server.value;
}

/** Opens the store. Waits for a command that has locked the embedded database, but not for another server. */
function openStoreWhenFree(config: Config, logger: Logger, observer: Observer | null): Promise<OpenStore> {
  let isLogged = false;
  return waitForDataDir(
    () => openStore(config, logger, observer),
    async (inUseError) => {
      if (await isOperatorListening(socketPath(config))) throw inUseError;
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
  { dashboard, tokenVerifier: tokens, signInCodes, mcp, hooks }: ServerParts,
  {
    observer,
    smsReplies,
    oauthServer,
    providerSignIn,
  }: {
    readonly observer: Observer | null;
    readonly smsReplies: SmsReplies | null;
    readonly oauthServer: AuthorizationServer | null;
    readonly providerSignIn: ProviderSignIn | null;
  },
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
    smsReplies,
    oauthServer,
    providerSignIn,
    hooks,
    command: typedCommand('').trimEnd(),
    pageDir: existsSync(PAGE_DIR) ? PAGE_DIR : null,
    ...(identityProvider?.issuer != null && { authorizationServers: [identityProvider.issuer] }),
    protectedResources: ['/api/v1', '/mcp'],
    links: { mcp: '/mcp' },
    moreMiddleware: mcpRoutes(mcp, { tokens, rateLimit, logger, observer, publicUrl }),
  });
}

/** Listens. Returns the port. */
async function listen({ server }: HttpServer, config: Config): Promise<number> {
  server.listen(config.port, config.host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw listenError(error, { config, isOurs: false });
  });
  return (server.address() as AddressInfo).port;
}

/** @param isOurs whether a server with the same settings is running. */
function listenError(
  { code, message }: NodeJS.ErrnoException,
  { config: { port }, isOurs }: { readonly config: Config; readonly isOurs: boolean },
): ConfigError {
  const otherPort = port < 65_535 ? port + 1 : 8080;
  const remedy = isOurs
    ? `This server is running already. A new link to it: ${typedCommand('link')}`
    : `Stop the program that uses it, or set another port, such as MCP_SERVER_PORT=${otherPort}`;
  const problem = LISTEN_FAILURES[code ?? ''] ?? 'HOST and MCP_SERVER_PORT: cannot listen';
  return new ConfigError(`${problem} (${message})${code === 'EADDRINUSE' ? `. ${remedy}` : ''}`);
}

const LISTEN_FAILURES: { readonly [code: string]: string } = {
  EADDRINUSE: 'MCP_SERVER_PORT must be a free port: something listens on this one',
  EACCES: 'MCP_SERVER_PORT must be a port that this user may listen on',
  EADDRNOTAVAIL: 'HOST must be an address of this machine',
  ENOTFOUND: 'HOST must be an address of this machine',
};
