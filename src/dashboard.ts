import { systemClock, uuidV7 } from './adapters/runtime/system.ts';
import { createUserExport, type UserExport } from './application/admin/user-export.ts';
import { createDispatch, type Dispatch } from './application/dispatch/dispatch.ts';
import { LiveFeed } from './application/live/live-feed.ts';
import { DEFAULT_SETTINGS, type Settings } from './application/use-case.ts';
import { OpenWaits } from './application/waiting/open-waits.ts';
import type { Clock, Ids, Logger } from './ports/runtime.ts';
import type { Store } from './ports/store.ts';
import type { TokenIssuer } from './ports/tokens/token-issuer.ts';

export interface DashboardOptions {
  /** One of the package's stores (`/in-memory`, `/mikro-orm`), or your own, which passes `/contracts`. */
  readonly store: Store;
  /** Makes tokens. Absent or null where tokens come from elsewhere. */
  readonly issuer?: TokenIssuer | null;
  /** Settings that are left out have their defaults. */
  readonly settings?: Partial<Settings>;
  /** The system's clock unless given. */
  readonly clock?: Clock;
  /** Makes UUIDs of version 7 unless given. */
  readonly ids?: Ids;
  /** Gets warnings about live streams that could not be read and will be tried again. */
  readonly logger?: Pick<Logger, 'warn'> | null;
}

/** What hosts and adapters work with: `restApi` and `createMcpEndpoint` take it as it is. */
export interface Dashboard {
  /**
   * Runs a use case for a caller: `dispatch(useCases.endSession, { caller, input })`. It checks the input and the
   * caller's scope. Finding out who the caller is, is up to the host.
   * @throws CodedError with an `ErrorCode`, whose message may be shown; anything else is an internal fault.
   */
  readonly dispatch: Dispatch;
  /** Sends users what happens while it happens. */
  readonly live: LiveFeed;
  /** Streams everything that is kept of a user. */
  readonly userExport: UserExport;
  /** The calls that wait in this process. */
  readonly waits: OpenWaits;
  readonly ids: Ids;
  /** Makes calls that wait return at once, and ends streams. Call it before closing the store. */
  stop(): void;
}

/**
 * Puts the use cases over a store, in whatever process and behind whatever transport the host has. Where several
 * processes use the store, it starts to share what this one waits on; it starts nothing else. A host that runs for long
 * also runs `createJobs` with a `JobRunner`.
 */
export function createDashboard(options: DashboardOptions): Dashboard {
  const { store, issuer = null, clock = systemClock, ids = uuidV7, logger = null } = options;
  const stopping = new AbortController();
  const waits = new OpenWaits();
  const { repository, queries, apiKeys, removal, signals, sharedWaits } = store;
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const ports = { repository, queries, apiKeys, removal, signals, issuer, waits, settings, clock, ids };
  sharedWaits?.start(waits);
  const waitsElsewhere =
    sharedWaits && ((users: Parameters<typeof sharedWaits.elsewhere>[0]) => sharedWaits.elsewhere(users));
  return {
    dispatch: createDispatch(ports, stopping.signal),
    live: new LiveFeed({ ...ports, logger, waitsElsewhere }, stopping.signal),
    userExport: createUserExport(ports),
    waits,
    ids,
    stop: () => stopping.abort(),
  };
}
