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

/** What has to be opened or read before anything can be wired. */
export interface Opened {
  readonly config: Config;
  readonly logger: Logger;
  readonly store: CompleteStore;
  readonly keys: TokenKeys;
}

/** The parts of a server, made when they are first used. Whoever needs one is given that one, never the container. */
export interface ServerParts {
  readonly store: CompleteStore;
  readonly clock: Clock;
  readonly dashboard: Dashboard;
  readonly tokenVerifier: JwtVerifier;
  /** Null where the server holds no private key. */
  readonly issuer: TokenIssuer | null;
  readonly signInCodes: SignInCodes;
  readonly operator: Operator;
  readonly mcp: McpEndpoint;
  readonly jobs: readonly Job[];
}

const token = <T>(name: string): InjectionToken<T> => Symbol(name) as InjectionToken<T>;

const TOKENS = {
  config: token<Config>('Config'),
  logger: token<Logger>('Logger'),
  store: token<CompleteStore>('Store'),
  keys: token<TokenKeys>('TokenKeys'),
  clock: token<Clock>('Clock'),
  ids: token<Ids>('Ids'),
  dashboard: token<Dashboard>('Dashboard'),
  tokenVerifier: token<JwtVerifier>('TokenVerifier'),
  issuer: token<TokenIssuer | null>('TokenIssuer'),
  signInCodes: token<SignInCodes>('SignInCodes'),
  operator: token<Operator>('Operator'),
  mcp: token<McpEndpoint>('McpEndpoint'),
  jobs: token<readonly Job[]>('Jobs'),
} as const;

/** Wires the parts of a server by factories. Nothing outside this file knows that there is a container. */
export function wireServer({ config, logger, store, keys }: Opened): ServerParts {
  const container = root.createChildContainer();
  container.register(TOKENS.config, { useValue: config });
  container.register(TOKENS.logger, { useValue: logger });
  container.register(TOKENS.store, { useValue: store });
  container.register(TOKENS.keys, { useValue: keys });
  container.register(TOKENS.clock, { useValue: systemClock });
  container.register(TOKENS.ids, { useValue: uuidV7 });
  registerTokens(container);
  registerUseCases(container);
  return {
    store,
    get clock() {
      return container.resolve(TOKENS.clock);
    },
    get dashboard() {
      return container.resolve(TOKENS.dashboard);
    },
    get tokenVerifier() {
      return container.resolve(TOKENS.tokenVerifier);
    },
    get issuer() {
      return container.resolve(TOKENS.issuer);
    },
    get signInCodes() {
      return container.resolve(TOKENS.signInCodes);
    },
    get operator() {
      return container.resolve(TOKENS.operator);
    },
    get mcp() {
      return container.resolve(TOKENS.mcp);
    },
    get jobs() {
      return container.resolve(TOKENS.jobs);
    },
  };
}

/** Registers what is made once, when it is first asked for. */
const registerSingle = <T>(
  container: DependencyContainer,
  name: InjectionToken<T>,
  make: (from: DependencyContainer) => T,
): void => void container.register(name, { useFactory: instanceCachingFactory(make) });

function registerTokens(container: DependencyContainer): void {
  registerSingle(container, TOKENS.tokenVerifier, (from) => {
    const { identityProvider } = from.resolve(TOKENS.config);
    return new JwtVerifier({
      keys: from.resolve(TOKENS.keys).verification,
      identityProvider: identityProvider === null ? null : new IdentityProvider(identityProvider),
      store: from.resolve(TOKENS.store),
      clock: from.resolve(TOKENS.clock),
      logger: from.resolve(TOKENS.logger),
    });
  });
  registerSingle(container, TOKENS.issuer, (from) => {
    const { verification, signing } = from.resolve(TOKENS.keys);
    return signing === null ? null : new JwtIssuer({ key: signing, namesKey: verification.length > 1 });
  });
  registerSingle(
    container,
    TOKENS.signInCodes,
    (from) =>
      new SignInCodes({
        apiKeys: from.resolve(TOKENS.store).apiKeys,
        issuer: from.resolve(TOKENS.issuer),
        clock: from.resolve(TOKENS.clock),
      }),
  );
  registerSingle(container, TOKENS.operator, (from) => {
    const clock = from.resolve(TOKENS.clock);
    const recorder = new TokenRecorder({ keys: from.resolve(TOKENS.keys).verification, clock });
    return createOperator({
      store: from.resolve(TOKENS.store),
      issuer: from.resolve(TOKENS.issuer),
      clock,
      recordOf: (text) => recorder.recordOf(text),
    });
  });
}

function registerUseCases(container: DependencyContainer): void {
  registerSingle(container, TOKENS.dashboard, (from) =>
    createDashboard({
      store: from.resolve(TOKENS.store),
      issuer: from.resolve(TOKENS.issuer),
      settings: from.resolve(TOKENS.config),
      clock: from.resolve(TOKENS.clock),
      ids: from.resolve(TOKENS.ids),
      logger: from.resolve(TOKENS.logger),
    }),
  );
  registerSingle(container, TOKENS.mcp, (from) =>
    createMcpEndpoint({
      ...packageInfo,
      dispatch: from.resolve(TOKENS.dashboard).dispatch,
      ids: from.resolve(TOKENS.ids),
      logger: from.resolve(TOKENS.logger),
      messagesPath: MESSAGES_PATH,
    }),
  );
  registerSingle(container, TOKENS.jobs, (from) =>
    createJobs({
      store: from.resolve(TOKENS.store),
      clock: from.resolve(TOKENS.clock),
      logger: from.resolve(TOKENS.logger),
      retentionDays: from.resolve(TOKENS.config).retentionDays,
    }),
  );
}
