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
import { systemClock, uuidV7 } from '../../adapters/runtime/system.ts';
import { createOperator, type Operator } from '../../application/admin/operator.ts';
import { SignInCodes } from '../../application/admin/sign-in-codes.ts';
import { createJobs } from '../../application/jobs/create-jobs.ts';
import type { Job } from '../../application/jobs/job.ts';
import { createDashboard, type Dashboard } from '../../dashboard.ts';
import type { Clock, Ids, Logger } from '../../ports/runtime.ts';
import type { CompleteStore } from '../../ports/store.ts';
import type { TokenIssuer } from '../../ports/tokens/token-issuer.ts';
import type { Config } from '../config/config.ts';
import type { TokenKeys } from '../config/token-keys.ts';
import { packageInfo } from '../package-info.ts';
import { MESSAGES_PATH } from './mcp-routes.ts';

/** What `wireServer` needs: it must be opened or read first. */
export interface WiringInput {
  readonly config: Config;
  readonly logger: Logger;
  readonly store: CompleteStore;
  readonly keys: TokenKeys;
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
  readonly jobs: readonly Job[];
}

const dependency = <T>(name: string): InjectionToken<T> => Symbol(name) as InjectionToken<T>;

const DEPENDENCIES = {
  config: dependency<Config>('Config'),
  logger: dependency<Logger>('Logger'),
  store: dependency<CompleteStore>('Store'),
  keys: dependency<TokenKeys>('TokenKeys'),
  clock: dependency<Clock>('Clock'),
  ids: dependency<Ids>('Ids'),
  dashboard: dependency<Dashboard>('Dashboard'),
  tokenVerifier: dependency<JwtVerifier>('TokenVerifier'),
  issuer: dependency<TokenIssuer | null>('TokenIssuer'),
  signInCodes: dependency<SignInCodes>('SignInCodes'),
  operator: dependency<Operator>('Operator'),
  mcp: dependency<McpEndpoint>('McpEndpoint'),
  jobs: dependency<readonly Job[]>('Jobs'),
} as const;

/** Wires the parts of a server. Only this file knows that a container is used. */
export function wireServer({ config, logger, store, keys }: WiringInput): ServerParts {
  const container = root.createChildContainer();
  container.register(DEPENDENCIES.config, { useValue: config });
  container.register(DEPENDENCIES.logger, { useValue: logger });
  container.register(DEPENDENCIES.store, { useValue: store });
  container.register(DEPENDENCIES.keys, { useValue: keys });
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
    get jobs() {
      return container.resolve(DEPENDENCIES.jobs);
    },
  };
}

/** Registers a part that is made once, when it is first used. */
const registerSingle = <T>(
  container: DependencyContainer,
  dependency: InjectionToken<T>,
  make: (from: DependencyContainer) => T,
): void => void container.register(dependency, { useFactory: instanceCachingFactory(make) });

function registerAuthentication(container: DependencyContainer): void {
  registerSingle(container, DEPENDENCIES.tokenVerifier, (from) => {
    const { identityProvider } = from.resolve(DEPENDENCIES.config);
    return new JwtVerifier({
      keys: from.resolve(DEPENDENCIES.keys).verification,
      identityProvider: identityProvider === null ? null : new IdentityProvider(identityProvider),
      store: from.resolve(DEPENDENCIES.store),
      clock: from.resolve(DEPENDENCIES.clock),
      logger: from.resolve(DEPENDENCIES.logger),
    });
  });
  registerSingle(container, DEPENDENCIES.issuer, (from) => {
    const { verification, signing } = from.resolve(DEPENDENCIES.keys);
    return signing === null ? null : new JwtIssuer({ key: signing, namesKey: verification.length > 1 });
  });
  registerSingle(
    container,
    DEPENDENCIES.signInCodes,
    (from) =>
      new SignInCodes({
        apiKeys: from.resolve(DEPENDENCIES.store).apiKeys,
        issuer: from.resolve(DEPENDENCIES.issuer),
        clock: from.resolve(DEPENDENCIES.clock),
      }),
  );
  registerSingle(container, DEPENDENCIES.operator, (from) => {
    const clock = from.resolve(DEPENDENCIES.clock);
    const recorder = new TokenRecorder({ keys: from.resolve(DEPENDENCIES.keys).verification, clock });
    return createOperator({
      store: from.resolve(DEPENDENCIES.store),
      issuer: from.resolve(DEPENDENCIES.issuer),
      clock,
      recordOf: (text) => recorder.recordOf(text),
    });
  });
}

function registerApplication(container: DependencyContainer): void {
  registerSingle(container, DEPENDENCIES.dashboard, (from) =>
    createDashboard({
      store: from.resolve(DEPENDENCIES.store),
      issuer: from.resolve(DEPENDENCIES.issuer),
      settings: from.resolve(DEPENDENCIES.config),
      clock: from.resolve(DEPENDENCIES.clock),
      ids: from.resolve(DEPENDENCIES.ids),
      logger: from.resolve(DEPENDENCIES.logger),
    }),
  );
  registerSingle(container, DEPENDENCIES.mcp, (from) =>
    createMcpEndpoint({
      ...packageInfo,
      dispatch: from.resolve(DEPENDENCIES.dashboard).dispatch,
      ids: from.resolve(DEPENDENCIES.ids),
      logger: from.resolve(DEPENDENCIES.logger),
      messagesPath: MESSAGES_PATH,
    }),
  );
  registerSingle(container, DEPENDENCIES.jobs, (from) =>
    createJobs({
      store: from.resolve(DEPENDENCIES.store),
      clock: from.resolve(DEPENDENCIES.clock),
      logger: from.resolve(DEPENDENCIES.logger),
      retentionDays: from.resolve(DEPENDENCIES.config).retentionDays,
    }),
  );
}
