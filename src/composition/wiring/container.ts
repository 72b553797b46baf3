import { createHmac } from 'node:crypto';
import 'reflect-metadata';
import {
  type DependencyContainer,
  type InjectionToken,
  instanceCachingFactory,
  container as rootContainer,
} from 'tsyringe';
import { Hooks } from '../../adapters/hooks/hooks.ts';
import { IdentityProvider } from '../../adapters/jwt/identity-provider.ts';
import { JwtIssuer } from '../../adapters/jwt/jwt-issuer.ts';
import { JwtVerifier } from '../../adapters/jwt/jwt-verifier.ts';
import { TokenRecorder } from '../../adapters/jwt/token-recorder.ts';
import { basePathOf } from '../../adapters/koa/http/public-url.ts';
import { createMcpEndpoint, type McpEndpoint } from '../../adapters/mcp/http/endpoint.ts';
import { systemClock, uuidV7 } from '../../adapters/runtime/system.ts';
import { createOperator, type Operator } from '../../application/admin/operator.ts';
import { SignInCodes } from '../../application/admin/sign-in-codes.ts';
import { createJobs } from '../../application/jobs/create-jobs.ts';
import type { Job } from '../../application/jobs/job.ts';
import { createDashboard, type Dashboard, type NotificationOptions } from '../../dashboard.ts';
import type { Clock, Ids, Logger } from '../../ports/runtime.ts';
import type { CompleteStore } from '../../ports/store.ts';
import type { TokenIssuer } from '../../ports/tokens/token-issuer.ts';
import type { Config } from '../config/config.ts';
import type { TokenKeys } from '../config/token-keys.ts';
import { packageInfo } from '../package-info.ts';
import { isOwnResource } from './authorization-server.ts';
import { MESSAGES_PATH } from './mcp-routes.ts';

/** What must be opened or read before `wireServer` is called. */
export interface WiringInput {
  readonly config: Config;
  readonly logger: Logger;
  readonly store: CompleteStore;
  readonly keys: TokenKeys;
  /** Null: nobody is notified. */
  readonly notifications: NotificationOptions | null;
  /** Returns the address of the page without a slash at its end. Called only while the server listens. */
  readonly pageUrl: () => string;
}

/**
 * The parts of a server. Each is made when it is first used. Callers get the parts that they need, never the
 * container.
 */
export interface ServerParts {
  readonly store: CompleteStore;
  readonly clock: Clock;
  readonly dashboard: Dashboard;
  readonly tokenVerifier: JwtVerifier;
  /** Null when the server has no private key. */
  readonly issuer: TokenIssuer | null;
  readonly signInCodes: SignInCodes;
  readonly operator: Operator;
  readonly mcp: McpEndpoint;
  readonly hooks: Hooks;
  readonly jobs: readonly Job[];
}

const dependency = <T>(name: string): InjectionToken<T> => Symbol(name) as InjectionToken<T>;

const DEPENDENCIES = {
  config: dependency<Config>('Config'),
  logger: dependency<Logger>('Logger'),
  store: dependency<CompleteStore>('Store'),
  keys: dependency<TokenKeys>('TokenKeys'),
  notifications: dependency<NotificationOptions | null>('NotificationOptions'),
  pageUrl: dependency<() => string>('PageUrl'),
  clock: dependency<Clock>('Clock'),
  ids: dependency<Ids>('Ids'),
  dashboard: dependency<Dashboard>('Dashboard'),
  tokenVerifier: dependency<JwtVerifier>('TokenVerifier'),
  issuer: dependency<TokenIssuer | null>('TokenIssuer'),
  signInCodes: dependency<SignInCodes>('SignInCodes'),
  operator: dependency<Operator>('Operator'),
  mcp: dependency<McpEndpoint>('McpEndpoint'),
  hooks: dependency<Hooks>('Hooks'),
  jobs: dependency<readonly Job[]>('Jobs'),
} as const;

/** Wires the parts of a server. Only this file knows that a container is used. */
export function wireServer({
  config,
  logger,
  store,
  keys,
  notifications,
  pageUrl,
}: WiringInput): ServerParts {
  const container = rootContainer.createChildContainer();
  container.register(DEPENDENCIES.config, { useValue: config });
  container.register(DEPENDENCIES.logger, { useValue: logger });
  container.register(DEPENDENCIES.store, { useValue: store });
  container.register(DEPENDENCIES.keys, { useValue: keys });
  container.register(DEPENDENCIES.notifications, { useValue: notifications });
  container.register(DEPENDENCIES.pageUrl, { useValue: pageUrl });
  container.register(DEPENDENCIES.clock, { useValue: systemClock });
  container.register(DEPENDENCIES.ids, { useValue: uuidV7 });
  registerAuthentication(container);
  registerApplication(container);
  return {
    store,
    get clock() {
      return container.resolve(DEPENDENCIES.clock);
    },
    get dashboard() {
      return container.resolve(DEPENDENCIES.dashboard);
    },
    get tokenVerifier() {
      return container.resolve(DEPENDENCIES.tokenVerifier);
    },
    get issuer() {
      return container.resolve(DEPENDENCIES.issuer);
    },
    get signInCodes() {
      return container.resolve(DEPENDENCIES.signInCodes);
    },
    get operator() {
      return container.resolve(DEPENDENCIES.operator);
    },
    get mcp() {
      return container.resolve(DEPENDENCIES.mcp);
    },
    get hooks() {
      return container.resolve(DEPENDENCIES.hooks);
    },
    get jobs() {
      return container.resolve(DEPENDENCIES.jobs);
    },
  };
}

/** Registers a part that is made once, when it is first used. */
const registerSingle = <T>(
  container: DependencyContainer,
  injectionToken: InjectionToken<T>,
  make: (resolver: DependencyContainer) => T,
): void => void container.register(injectionToken, { useFactory: instanceCachingFactory(make) });

function registerAuthentication(container: DependencyContainer): void {
  registerSingle(container, DEPENDENCIES.tokenVerifier, (resolver) => {
    const config = resolver.resolve(DEPENDENCIES.config);
    const { identityProvider } = config;
    return new JwtVerifier({
      keys: resolver.resolve(DEPENDENCIES.keys).verification,
      identityProvider: identityProvider === null ? null : new IdentityProvider(identityProvider),
      isOwnResource: (resource) => isOwnResource(resource, config),
      store: resolver.resolve(DEPENDENCIES.store),
      clock: resolver.resolve(DEPENDENCIES.clock),
      logger: resolver.resolve(DEPENDENCIES.logger),
    });
  });
  registerSingle(container, DEPENDENCIES.issuer, (resolver) => {
    const { verification, signing } = resolver.resolve(DEPENDENCIES.keys);
    return signing === null ? null : new JwtIssuer({ key: signing, includesKeyId: verification.length > 1 });
  });
  registerSingle(
    container,
    DEPENDENCIES.signInCodes,
    (resolver) =>
      new SignInCodes({
        apiKeys: resolver.resolve(DEPENDENCIES.store).apiKeys,
        authorizations: resolver.resolve(DEPENDENCIES.store).authorizations,
        issuer: resolver.resolve(DEPENDENCIES.issuer),
        clock: resolver.resolve(DEPENDENCIES.clock),
      }),
  );
  registerSingle(container, DEPENDENCIES.operator, (resolver) => {
    const clock = resolver.resolve(DEPENDENCIES.clock);
    const recorder = new TokenRecorder({ keys: resolver.resolve(DEPENDENCIES.keys).verification, clock });
    return createOperator({
      store: resolver.resolve(DEPENDENCIES.store),
      issuer: resolver.resolve(DEPENDENCIES.issuer),
      clock,
      recordOf: (text) => recorder.recordOf(text),
    });
  });
}

function registerApplication(container: DependencyContainer): void {
  registerSingle(container, DEPENDENCIES.dashboard, (resolver) =>
    createDashboard({
      store: resolver.resolve(DEPENDENCIES.store),
      issuer: resolver.resolve(DEPENDENCIES.issuer),
      settings: resolver.resolve(DEPENDENCIES.config),
      clock: resolver.resolve(DEPENDENCIES.clock),
      ids: resolver.resolve(DEPENDENCIES.ids),
      logger: resolver.resolve(DEPENDENCIES.logger),
      notifications: resolver.resolve(DEPENDENCIES.notifications),
    }),
  );
  registerSingle(container, DEPENDENCIES.mcp, (resolver) =>
    createMcpEndpoint({
      ...packageInfo,
      dispatch: resolver.resolve(DEPENDENCIES.dashboard).dispatch,
      ids: resolver.resolve(DEPENDENCIES.ids),
      logger: resolver.resolve(DEPENDENCIES.logger),
      pageUrl: resolver.resolve(DEPENDENCIES.pageUrl),
      appSecret: appSecretOf(resolver.resolve(DEPENDENCIES.keys)),
      messagesPath: basePathOf(resolver.resolve(DEPENDENCIES.config).publicUrl) + MESSAGES_PATH,
    }),
  );
  registerSingle(
    container,
    DEPENDENCIES.hooks,
    (resolver) =>
      new Hooks({
        dispatch: resolver.resolve(DEPENDENCIES.dashboard).dispatch,
        ids: resolver.resolve(DEPENDENCIES.ids),
      }),
  );
  registerSingle(container, DEPENDENCIES.jobs, (resolver) =>
    createJobs({
      store: resolver.resolve(DEPENDENCIES.store),
      clock: resolver.resolve(DEPENDENCIES.clock),
      dashboard: resolver.resolve(DEPENDENCIES.dashboard),
      logger: resolver.resolve(DEPENDENCIES.logger),
      retentionDays: resolver.resolve(DEPENDENCIES.config).retentionDays,
    }),
  );
}

/** Derives a secret that all processes have; null without a private key that nobody can work out. */
function appSecretOf({ signing }: TokenKeys): Buffer | null {
  if (signing?.strength !== 'full') return null;
  return createHmac('sha256', signing.privateKey.export({ type: 'pkcs8', format: 'der' }))
    .update('answers of the question app')
    .digest();
}
