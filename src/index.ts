import { systemClock, uuidV7 } from './adapters/runtime/system.ts';
import { createDispatch, type Dispatch } from './application/dispatch/dispatch.ts';
import { LiveFeed } from './application/live/live-feed.ts';
import { DEFAULT_SETTINGS, type Ports, type Settings } from './application/use-case.ts';
import { OpenWaits } from './application/waiting/open-waits.ts';
import type { Clock, Ids, Logger } from './ports/runtime.ts';
import type { ApiKeyRepository } from './ports/storage/api-key-repository.ts';
import type { DataRemoval } from './ports/storage/data-removal.ts';
import type { TokenIssuer } from './ports/tokens/token-issuer.ts';

export { systemClock, uuidV7 } from './adapters/runtime/system.ts';
export { finishDeletions, type RemovalPorts } from './application/admin/delete-user.ts';
export {
  createOperator,
  type Imported,
  type IssueRequest,
  type ListedKey,
  type Operator,
  type OperatorPorts,
} from './application/admin/operator.ts';
export { createUserExport, type ExportLine, type UserExport } from './application/admin/user-export.ts';
export type { Dispatch, Request } from './application/dispatch/dispatch.ts';
export { type ErrorCode, type InputIssue, invalidJson } from './application/errors.ts';
export type { EventSink, LiveEvent, LiveEventType, LiveStream } from './application/live/live-event.ts';
export type { InstanceStreamRequest, LiveFeed, StreamRequest } from './application/live/live-feed.ts';
export type { Call, Ports, Settings, UseCase } from './application/use-case.ts';
export * as useCases from './application/use-cases/index.ts';
export { OpenWaits } from './application/waiting/open-waits.ts';
export type { AgentInstance } from './domain/conversation/agent-instance.ts';
export type { AgentType } from './domain/conversation/agent-type.ts';
export { AlreadyAnsweredError } from './domain/conversation/already-answered.ts';
export type { Changes, Conversation, Decision } from './domain/conversation/conversation.ts';
export type { Message } from './domain/conversation/message.ts';
export { CodedError } from './domain/errors.ts';
export type { IdempotencyRecord } from './domain/idempotency.ts';
export { type AgentInstanceId, type MessageId, type UserId, userId } from './domain/ids.ts';
export type { ApiKey, ApiKeyId } from './domain/user/api-key.ts';
export {
  issuingDisabled,
  PortError,
  storageBusy,
  storageUnavailable,
  unauthenticated,
} from './ports/errors.ts';
export type { AnsweredRequest, CommittedBatch, Observer, StorageFailure } from './ports/observer.ts';
export type { Clock, Ids, Logger } from './ports/runtime.ts';
export type { Revocations, Revoked, RevokedUser } from './ports/signals/revocations.ts';
export type { SeenVersions, Signal, Signals, Subscription } from './ports/signals/signals.ts';
export type {
  AgentInstanceRepository,
  Decide,
  RecordedDecision,
  UpdateTarget,
} from './ports/storage/agent-instance-repository.ts';
export type {
  ApiKeyDecision,
  ApiKeyName,
  ApiKeyRepository,
  ApiKeyTarget,
  DecideApiKey,
  OwnedApiKey,
} from './ports/storage/api-key-repository.ts';
export type {
  AgentTypeOverview,
  ChangesRequest,
  ChangesSince,
  ConversationPage,
  ConversationRequest,
  DashboardQueries,
  InstanceCriteria,
  InstanceOverview,
  InstancePage,
  Seen,
} from './ports/storage/dashboard-queries.ts';
export type { DataRemoval, DeletedUser, Holdings } from './ports/storage/data-removal.ts';
export { messagesToLoad } from './ports/storage/messages-to-load.ts';
export type { TokenGrant, TokenIssuer } from './ports/tokens/token-issuer.ts';
export type { Caller, Scope, TokenLife, TokenVerifier } from './ports/tokens/token-verifier.ts';

/**
 * What the use cases need from outside. The stores are one of the package's (`/in-memory`, `/mikro-orm`) or
 * your own, held to `/contracts`; `signals` are what the stores tell of their changes.
 */
export interface DashboardPorts extends Pick<Ports, 'repository' | 'queries' | 'signals'> {
  /** Issued keys. Absent or null: the use cases for keys answer `issuing_disabled`. */
  readonly apiKeys?: ApiKeyRepository | null;
  /** Removes for good, for people who delete themselves. Absent or null: they get `removal_disabled`. */
  readonly removal?: DataRemoval | null;
  /** Makes tokens. Absent or null where tokens come from elsewhere. */
  readonly issuer?: TokenIssuer | null;
  /** What this process waits on: give it where another adapter has to know, too. */
  readonly waits?: OpenWaits;
  /** Those that are left out are the usual ones. */
  readonly settings?: Partial<Settings>;
  /** The system's unless given. */
  readonly clock?: Clock;
  /** UUIDs of version 7 unless given. */
  readonly ids?: Ids;
  /** Told of what a live stream could not read and will try again. */
  readonly logger?: Pick<Logger, 'warn'> | null;
}

/** What hosts and adapters work with: `restApi` and `createMcpEndpoint` take it as it is. */
export interface Dashboard {
  /**
   * Runs a use case for a caller: `dispatch(useCases.endSession, { caller, input })`. The input is checked,
   * whoever sends it, and so is the caller's scope; who calls is for the host to find out.
   * @throws CodedError with an `ErrorCode`, whose message may be shown; anything else is an internal fault.
   */
  readonly dispatch: Dispatch;
  /** Tells people what happens while it happens. */
  readonly live: LiveFeed;
  readonly ids: Ids;
  /** Makes calls that wait answer at once, and ends streams. Call it before closing the store. */
  stop(): void;
}

/**
 * The use cases over the given ports, in whatever process and behind whatever transport the host has. It
 * opens nothing and starts nothing; a host that runs for long calls `repository.forgetRecords` now and then,
 * with a time that is a day back or more, and `finishDeletions` half a minute after a user was deleted and at
 * its start.
 */
export function createDashboard(ports: DashboardPorts): Dashboard {
  const stopping = new AbortController();
  const { clock = systemClock, ids = uuidV7, waits = new OpenWaits() } = ports;
  const complete = { ...ports, clock, ids, waits, settings: { ...DEFAULT_SETTINGS, ...ports.settings } };
  return {
    dispatch: createDispatch(complete, stopping.signal),
    live: new LiveFeed(complete, stopping.signal),
    ids,
    stop: () => stopping.abort(),
  };
}
