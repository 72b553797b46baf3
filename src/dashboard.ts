import { systemClock, uuidV7 } from './adapters/runtime/system.ts';
import { createUserExport, type UserExport } from './application/admin/user-export.ts';
import { createDispatch, type Dispatch } from './application/dispatch/dispatch.ts';
import { fairPorts } from './application/fairness/fair-ports.ts';
import { LiveFeed } from './application/live/live-feed.ts';
import { DEFAULT_SETTINGS, type Settings } from './application/use-case.ts';
import { OpenWaits } from './application/waiting/open-waits.ts';
import type { UserId } from './domain/ids.ts';
import type { Clock, Ids, Logger } from './ports/runtime.ts';
import type { Store } from './ports/store.ts';
import type { TokenIssuer } from './ports/tokens/token-issuer.ts';

export interface DashboardOptions {
  /**
   * A store of this package (`/in-memory`, `/mikro-orm`), or your own that passes the tests of `/contracts`.
   */
  readonly store: Store;
  /** Makes tokens. Absent or null if tokens come from elsewhere. */
  readonly issuer?: TokenIssuer | null;
  /** Absent settings have their defaults. */
  readonly settings?: Partial<Settings>;
  /** Absent: the system's clock. */
  readonly clock?: Clock;
  /** Absent: makes UUIDs of version 7. */
  readonly ids?: Ids;
  /** Gets warnings about live streams that could not be read and will be tried again. */
  readonly logger?: Pick<Logger, 'warn'> | null;
}

/**
 * The use cases over one store, for hosts and adapters: `restApi` and `createMcpEndpoint` take this object.
 */
export interface Dashboard {
  /**
   * Runs a use case for a caller: `dispatch(useCases.endSession, { caller, input })`. It checks the input and
   * the caller's scope. The host has to find out who the caller is.
   * @throws CodedError with an `ErrorCode`, whose message may be shown. Any other error is an internal fault.
   */
  readonly dispatch: Dispatch;
  /** Opens live streams, which send each change as soon as it happens. */
  readonly live: LiveFeed;
  /** Streams everything that is stored of a user. */
  readonly userExport: UserExport;
  /** The calls that wait in this process. */
  readonly waits: OpenWaits;
  readonly ids: Ids;
  /** Makes calls that wait return at once, and ends streams. Call it before closing the store. */
  stop(): void;
}

/**
 * Connects the use cases with a store. The host chooses the process and the transport. If several processes
 * use the store, it starts to share the waits of this process; it starts nothing else. A host that runs for
 * long also runs `createJobs` with a `JobRunner`.
 */
export function createDashboard(options: DashboardOptions): Dashboard {
  const { store, issuer = null, clock = systemClock, ids = uuidV7, logger = null } = options;
  const shuttingDown = new AbortController();
  const waits = new OpenWaits();
  const { repository, queries, apiKeys, removal, signals, sharedWaits } = store;
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const ports = fairPorts({
    repository,
    queries,
    apiKeys,
    removal,
    signals,
    issuer,
    waits,
    settings,
    clock,
    ids,
  });
  sharedWaits?.start(waits);
  const readWaitsElsewhere =
    sharedWaits && ((users: readonly UserId[]) => sharedWaits.readWaitsElsewhere(users));
  return {
    dispatch: createDispatch(ports, shuttingDown.signal),
    live: new LiveFeed({ ...ports, logger, readWaitsElsewhere }, shuttingDown.signal),
    userExport: createUserExport(ports),
    waits,
    ids,
    stop: () => shuttingDown.abort(),
  };
}
