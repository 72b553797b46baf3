import { processLoad } from './adapters/runtime/process-load.ts';
import { systemClock, uuidV7 } from './adapters/runtime/system.ts';
import { createUserExport, type UserExport } from './application/admin/user-export.ts';
import { createDispatch, type Dispatch } from './application/dispatch/dispatch.ts';
import { fairPorts } from './application/fairness/fair-ports.ts';
import type { Job } from './application/jobs/job.ts';
import { LiveFeed } from './application/live/live-feed.ts';
import type { LiveDeliveries } from './application/live/observers/delivery-updates.ts';
import { AnswerLinks } from './application/notifications/answer-links.ts';
import type { Channels } from './application/notifications/channels.ts';
import { announceDeliveries } from './application/notifications/delivery/announce-deliveries.ts';
import { Courier } from './application/notifications/delivery/courier.ts';
import { DeliveryWorker } from './application/notifications/delivery/delivery-worker.ts';
import { LinkInbox } from './application/notifications/link-inbox.ts';
import { noteSilentAgentsJob } from './application/notifications/note-silent-agents.ts';
import type { NotificationPorts } from './application/notifications/notification-ports.ts';
import { PageLinks } from './application/notifications/page-links.ts';
import { DEFAULT_SETTINGS, type Settings } from './application/use-case.ts';
import { DeadlineAnnouncements } from './application/waiting/deadline-announcements.ts';
import { OpenWaits } from './application/waiting/open-waits.ts';
import type { UserId } from './domain/ids.ts';
import type { Inbox } from './ports/notifier.ts';
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
  readonly logger?: Pick<Logger, 'debug' | 'warn'> | null;
  /** The ways to notify people. Absent or null: nobody is notified. */
  readonly notifications?: NotificationOptions | null;
}

export interface NotificationOptions {
  readonly channels: Channels;
  /** Returns the address of the dashboard page, without a slash at its end: for links in notifications. */
  readonly pageUrl: () => string;
  /**
   * Returns how busy the process was since the last call, from 0 to 1: a busy one delivers less. Absent:
   * Node.js says it.
   */
  readonly load?: () => number;
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
  /** The deadlines of questions that were saved in this process. `createJobs` needs them. */
  readonly deadlines: DeadlineAnnouncements;
  readonly ids: Ids;
  /** Answers questions by the links in notifications; null if nobody is notified. */
  readonly answerLinks: AnswerLinks | null;
  /** Answers questions with what channels receive (`Notifier.receive`); null if nobody is notified. */
  readonly inbox: Inbox | null;
  /** Delivers notifications as a job; null if nobody is notified. `createJobs` needs it. */
  readonly deliveries: DeliveryWorker | null;
  /** Notes which agents are silent, as a job; null if nobody is notified. `createJobs` needs it. */
  readonly noteSilentAgents: Job | null;
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
  const deadlines = new DeadlineAnnouncements();
  const { repository, queries, apiKeys, removal, signals, sharedWaits } = store;
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const notified = connectNotifications(options, { clock, ids, waits, settings });
  const ports = fairPorts({
    repository,
    queries,
    apiKeys,
    removal,
    signals,
    issuer,
    waits,
    deadlines,
    notificationPorts: notified?.ports ?? null,
    settings,
    clock,
    ids,
  });
  sharedWaits?.start(waits);
  const readWaitsElsewhere =
    sharedWaits && ((users: readonly UserId[]) => sharedWaits.readWaitsElsewhere(users));
  return {
    dispatch: createDispatch(ports, shuttingDown.signal),
    live: new LiveFeed(
      { ...ports, logger, readWaitsElsewhere, deliveries: notified?.live ?? null },
      shuttingDown.signal,
    ),
    userExport: createUserExport({ ...ports, notifications: store.notifications }),
    waits,
    deadlines,
    ids,
    answerLinks: notified?.ports.answerLinks ?? null,
    inbox: notified?.inbox ?? null,
    deliveries: notified?.deliveries ?? null,
    noteSilentAgents: notified?.noteSilentAgents ?? null,
    stop: () => shuttingDown.abort(),
  };
}

/** Connects the channels with the store; null if nobody is notified. */
function connectNotifications(
  { store, notifications: settings = null, logger = null }: DashboardOptions,
  {
    clock,
    ids,
    ...observed
  }: { readonly clock: Clock; readonly ids: Ids; readonly waits: OpenWaits; readonly settings: Settings },
): {
  readonly ports: NotificationPorts;
  readonly live: LiveDeliveries;
  readonly inbox: Inbox;
  readonly deliveries: DeliveryWorker;
  readonly noteSilentAgents: Job;
} | null {
  const { repository, signals } = store;
  if (store.notifications === null || settings === null) return null;
  const notifications = announceDeliveries(store.notifications, signals);
  const { channels } = settings;
  const common = { repository, notifications, clock, ids, logger: logger ?? SILENT };
  const links = new PageLinks(settings.pageUrl);
  const answerLinks = new AnswerLinks(common);
  const background = notifications.inBackground ?? notifications;
  const courier = new Courier({ ...common, notifications: background, channels, links });
  return {
    ports: { repository: notifications, channels, answerLinks, links },
    live: { signals, notifications: background },
    inbox: new LinkInbox(answerLinks, notifications, common.logger),
    noteSilentAgents: noteSilentAgentsJob({ ...observed, notifications, signals, clock }),
    deliveries: new DeliveryWorker({ ...common, signals, courier, load: settings.load ?? processLoad() }),
  };
}

const SILENT = { debug() {}, warn() {} };
