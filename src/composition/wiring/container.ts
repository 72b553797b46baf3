import 'reflect-metadata';
import {
  type DependencyContainer,
  type InjectionToken,
  instanceCachingFactory,
  container as root,
} from 'tsyringe';
import { IdentityProvider } from '../../adapters/jwt/identity-provider.ts';
import { JwtIssuer } from '../../adapters/jwt/jwt-issuer.ts';
import { JwtVerifier } from '../../adapters/jwt/jwt-verifier.ts';
import { TokenRecorder } from '../../adapters/jwt/token-recorder.ts';
import { createMcpEndpoint, type McpEndpoint } from '../../adapters/mcp/http/endpoint.ts';
import type { Database } from '../../adapters/mikro-orm/database/database.ts';
import { MikroOrmAgentInstanceRepository } from '../../adapters/mikro-orm/repositories/agent-instance-repository.ts';
import { MikroOrmApiKeyRepository } from '../../adapters/mikro-orm/repositories/api-key-repository.ts';
import { MikroOrmDashboardQueries } from '../../adapters/mikro-orm/repositories/dashboard-queries.ts';
import { MikroOrmDataRemoval } from '../../adapters/mikro-orm/repositories/data-removal.ts';
import { SharedWaits } from '../../adapters/mikro-orm/repositories/shared-waits.ts';
import { currentVersions } from '../../adapters/mikro-orm/statements/conversations/current-versions.ts';
import { progressOfUsers } from '../../adapters/mikro-orm/statements/conversations/progress.ts';
import { waitsElsewhere } from '../../adapters/mikro-orm/statements/waits/waits-elsewhere.ts';
import { systemClock, uuidV7 } from '../../adapters/runtime/system.ts';
import { InProcessSignals } from '../../adapters/signals/in-process-signals.ts';
import { PostgresSignals } from '../../adapters/signals/postgres-signals.ts';
import { CHANNEL, encodeRevoked, encodeSignals } from '../../adapters/signals/signal-payload.ts';
import { createOperator, type Operator } from '../../application/admin/operator.ts';
import { SignInCodes } from '../../application/admin/sign-in-codes.ts';
import { createUserExport, type UserExport } from '../../application/admin/user-export.ts';
import { createDispatch, type Dispatch } from '../../application/dispatch/dispatch.ts';
import { LiveFeed } from '../../application/live/live-feed.ts';
import { OpenWaits } from '../../application/waiting/open-waits.ts';
import type { UserId } from '../../domain/ids.ts';
import type { Observer } from '../../ports/observer.ts';
import type { Clock, Ids, Logger } from '../../ports/runtime.ts';
import type { Revocations } from '../../ports/signals/revocations.ts';
import type { Signals } from '../../ports/signals/signals.ts';
import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';
import type { ApiKeyRepository } from '../../ports/storage/api-key-repository.ts';
import type { DashboardQueries } from '../../ports/storage/dashboard-queries.ts';
import type { DataRemoval } from '../../ports/storage/data-removal.ts';
import type { TokenIssuer } from '../../ports/tokens/token-issuer.ts';
import type { Config } from '../config/config.ts';
import type { TokenKeys } from '../config/token-keys.ts';
import { packageInfo } from '../package-info.ts';
import { MESSAGES_PATH } from './mcp-routes.ts';

const token = <T>(name: string): InjectionToken<T> => Symbol(name) as InjectionToken<T>;

/** What can be resolved. Ports go by their own names; the rest is what the server itself needs. */
export const TOKENS = {
  config: token<Config>('Config'),
  logger: token<Logger>('Logger'),
  clock: token<Clock>('Clock'),
  ids: token<Ids>('Ids'),
  database: token<Database>('Database'),
  keys: token<TokenKeys>('TokenKeys'),
  stopping: token<AbortSignal>('stopping'),
  /** Null where nobody wants to be told. */
  observer: token<Observer | null>('Observer'),
  signals: token<Signals>('Signals'),
  revocations: token<Revocations>('Revocations'),
  inProcessSignals: token<InProcessSignals>('InProcessSignals'),
  /** Null where one process is all there is. */
  postgresSignals: token<PostgresSignals | null>('PostgresSignals'),
  waits: token<OpenWaits>('OpenWaits'),
  /** Null where one process is all there is. */
  sharedWaits: token<SharedWaits | null>('SharedWaits'),
  repository: token<AgentInstanceRepository>('AgentInstanceRepository'),
  queries: token<DashboardQueries>('DashboardQueries'),
  apiKeys: token<ApiKeyRepository>('ApiKeyRepository'),
  removal: token<DataRemoval>('DataRemoval'),
  userExport: token<UserExport>('UserExport'),
  operator: token<Operator>('Operator'),
  signInCodes: token<SignInCodes>('SignInCodes'),
  tokenVerifier: token<JwtVerifier>('TokenVerifier'),
  /** Null where the server holds no private key. */
  issuer: token<TokenIssuer | null>('TokenIssuer'),
  dispatch: token<Dispatch>('Dispatch'),
  live: token<LiveFeed>('LiveFeed'),
  mcp: token<McpEndpoint>('McpEndpoint'),
} as const;

/** What has to be opened, read or awaited before anything can be wired. */
export interface Opened {
  readonly config: Config;
  readonly logger: Logger;
  readonly database: Database;
  readonly keys: TokenKeys;
  readonly observer: Observer | null;
  /** Aborted when the process is about to stop. */
  readonly stopping: AbortSignal;
}

/** Wires everything by factories: no class outside this folder knows that there is a container. */
export function createContainer(opened: Opened): DependencyContainer {
  const container = root.createChildContainer();
  const single = <T>(name: InjectionToken<T>, make: (from: DependencyContainer) => T) =>
    container.register(name, { useFactory: instanceCachingFactory(make) });

  container.register(TOKENS.config, { useValue: opened.config });
  container.register(TOKENS.logger, { useValue: opened.logger });
  container.register(TOKENS.database, { useValue: opened.database });
  container.register(TOKENS.keys, { useValue: opened.keys });
  container.register(TOKENS.stopping, { useValue: opened.stopping });
  // By a factory: to tsyringe a null is no value.
  container.register(TOKENS.observer, { useFactory: () => opened.observer });
  container.register(TOKENS.clock, { useValue: systemClock });
  container.register(TOKENS.ids, { useValue: uuidV7 });

  single(TOKENS.postgresSignals, (from) => {
    const { databaseListenUrl } = from.resolve(TOKENS.config);
    if (databaseListenUrl === null) return null;
    const database = from.resolve(TOKENS.database);
    return new PostgresSignals({
      connection: { connectionString: databaseListenUrl },
      currentVersions: (watched) => currentVersions(database, watched),
      versionsOfUsers: (users) => progressOfUsers(database, users),
      logger: from.resolve(TOKENS.logger),
      observer: from.resolve(TOKENS.observer),
    });
  });
  single(TOKENS.inProcessSignals, (from) => new InProcessSignals(from.resolve(TOKENS.logger)));
  const signals = (from: DependencyContainer) =>
    from.resolve(TOKENS.postgresSignals) ?? from.resolve(TOKENS.inProcessSignals);
  single(TOKENS.signals, signals);
  single(TOKENS.revocations, signals);
  single(TOKENS.repository, (from) => {
    const acrossProcesses = from.resolve(TOKENS.postgresSignals) !== null;
    return new MikroOrmAgentInstanceRepository({
      database: from.resolve(TOKENS.database),
      signals: from.resolve(TOKENS.signals),
      notify: acrossProcesses ? { channel: CHANNEL, encode: encodeSignals } : null,
      observer: from.resolve(TOKENS.observer),
    });
  });
  single(TOKENS.waits, () => new OpenWaits());
  single(TOKENS.sharedWaits, (from) => {
    if (from.resolve(TOKENS.postgresSignals) === null) return null;
    return new SharedWaits({
      database: from.resolve(TOKENS.database),
      waits: from.resolve(TOKENS.waits),
      logger: from.resolve(TOKENS.logger),
    });
  });
  single(TOKENS.queries, (from) => new MikroOrmDashboardQueries(from.resolve(TOKENS.database)));
  single(TOKENS.apiKeys, (from) => {
    const acrossProcesses = from.resolve(TOKENS.postgresSignals) !== null;
    return new MikroOrmApiKeyRepository({
      database: from.resolve(TOKENS.database),
      revocations: from.resolve(TOKENS.revocations),
      notify: acrossProcesses ? { channel: CHANNEL, encode: encodeRevoked } : null,
    });
  });
  single(TOKENS.tokenVerifier, (from) => {
    const { identityProvider } = from.resolve(TOKENS.config);
    return new JwtVerifier({
      keys: from.resolve(TOKENS.keys).verification,
      identityProvider: identityProvider === null ? null : new IdentityProvider(identityProvider),
      issued: {
        apiKeys: from.resolve(TOKENS.apiKeys),
        revocations: from.resolve(TOKENS.revocations),
        logger: from.resolve(TOKENS.logger),
      },
      removal: from.resolve(TOKENS.removal),
      clock: from.resolve(TOKENS.clock),
    });
  });
  single(TOKENS.removal, (from) => {
    const acrossProcesses = from.resolve(TOKENS.postgresSignals) !== null;
    return new MikroOrmDataRemoval({
      database: from.resolve(TOKENS.database),
      revocations: from.resolve(TOKENS.revocations),
      notify: acrossProcesses ? { channel: CHANNEL, encode: encodeRevoked } : null,
    });
  });
  single(TOKENS.userExport, (from) =>
    createUserExport({
      queries: from.resolve(TOKENS.queries),
      apiKeys: from.resolve(TOKENS.apiKeys),
      clock: from.resolve(TOKENS.clock),
    }),
  );
  single(TOKENS.issuer, (from) => {
    const { verification, signing } = from.resolve(TOKENS.keys);
    return signing === null ? null : new JwtIssuer({ key: signing, namesKey: verification.length > 1 });
  });
  single(
    TOKENS.signInCodes,
    (from) =>
      new SignInCodes({
        apiKeys: from.resolve(TOKENS.apiKeys),
        issuer: from.resolve(TOKENS.issuer),
        clock: from.resolve(TOKENS.clock),
      }),
  );
  single(TOKENS.operator, (from) => {
    const clock = from.resolve(TOKENS.clock);
    const recorder = new TokenRecorder({ keys: from.resolve(TOKENS.keys).verification, clock });
    return createOperator({
      apiKeys: from.resolve(TOKENS.apiKeys),
      issuer: from.resolve(TOKENS.issuer),
      queries: from.resolve(TOKENS.queries),
      removal: from.resolve(TOKENS.removal),
      clock,
      recordOf: (token) => recorder.recordOf(token),
    });
  });
  single(TOKENS.dispatch, (from) =>
    createDispatch(
      {
        repository: from.resolve(TOKENS.repository),
        queries: from.resolve(TOKENS.queries),
        signals: from.resolve(TOKENS.signals),
        waits: from.resolve(TOKENS.waits),
        settings: from.resolve(TOKENS.config),
        apiKeys: from.resolve(TOKENS.apiKeys),
        issuer: from.resolve(TOKENS.issuer),
        removal: from.resolve(TOKENS.removal),
        clock: from.resolve(TOKENS.clock),
        ids: from.resolve(TOKENS.ids),
      },
      from.resolve(TOKENS.stopping),
    ),
  );
  single(TOKENS.live, (from) => {
    const database = from.resolve(TOKENS.database);
    const acrossProcesses = from.resolve(TOKENS.postgresSignals) !== null;
    const ports = {
      queries: from.resolve(TOKENS.queries),
      signals: from.resolve(TOKENS.signals),
      waits: from.resolve(TOKENS.waits),
      waitsElsewhere: acrossProcesses ? (users: readonly UserId[]) => waitsElsewhere(database, users) : null,
      settings: from.resolve(TOKENS.config),
      clock: from.resolve(TOKENS.clock),
      ids: from.resolve(TOKENS.ids),
      logger: from.resolve(TOKENS.logger),
    };
    return new LiveFeed(ports, from.resolve(TOKENS.stopping));
  });
  single(TOKENS.mcp, (from) =>
    createMcpEndpoint({
      ...packageInfo,
      dispatch: from.resolve(TOKENS.dispatch),
      ids: from.resolve(TOKENS.ids),
      logger: from.resolve(TOKENS.logger),
      messagesPath: MESSAGES_PATH,
    }),
  );
  return container;
}
