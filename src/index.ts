import { systemClock, uuidV7 } from './adapters/runtime/system.ts';
import { createDispatch, type Dispatch } from './application/dispatch.ts';
import { LiveFeed } from './application/live/live-feed.ts';
import type { LivePorts } from './application/live/live-ports.ts';
import { OpenWaits } from './application/open-waits.ts';
import { DEFAULT_SETTINGS, type Ports } from './application/use-case.ts';

export type { Dispatch, Request } from './application/dispatch.ts';
export type { ErrorCode, InputIssue } from './application/errors.ts';
export type { EventSink, LiveEvent, LiveEventType, LiveStream } from './application/live/live-event.ts';
export type { InstanceStreamRequest, LiveFeed, StreamRequest } from './application/live/live-feed.ts';
export {
  createOperator,
  type Imported,
  type IssueRequest,
  type ListedKey,
  type Operator,
  type OperatorPorts,
} from './application/operator.ts';
export type { Call, Ports, Settings, UseCase } from './application/use-case.ts';
export * as useCases from './application/use-cases/index.ts';
export { createUserExport, type ExportLine, type UserExport } from './application/user-export.ts';
export { AlreadyAnsweredError } from './domain/already-answered.ts';
export type { ApiKey, ApiKeyId } from './domain/api-key.ts';
export type { Changes, Conversation, Decision } from './domain/conversation.ts';
export { CodedError } from './domain/errors.ts';
export { type AgentInstanceId, type MessageId, type UserId, userId } from './domain/ids.ts';
export type {
  AgentInstanceRepository,
  Decide,
  RecordedDecision,
  UpdateTarget,
} from './ports/agent-instance-repository.ts';
export type {
  ApiKeyDecision,
  ApiKeyName,
  ApiKeyRepository,
  ApiKeyTarget,
  DecideApiKey,
  OwnedApiKey,
} from './ports/api-key-repository.ts';
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
} from './ports/dashboard-queries.ts';
export type { DataRemoval, DeletedUser, Holdings } from './ports/data-removal.ts';
export {
  issuingDisabled,
  PortError,
  storageBusy,
  storageUnavailable,
  unauthenticated,
} from './ports/errors.ts';
export type { AnsweredRequest, Batch, Observer, StorageFailure } from './ports/observer.ts';
export type { Revocations, Revoked, RevokedUser } from './ports/revocations.ts';
export type { Clock, Ids, Logger } from './ports/runtime.ts';
export type { SeenVersions, Signal, Signals, Subscription } from './ports/signals.ts';
export type { TokenGrant, TokenIssuer } from './ports/token-issuer.ts';
export type { Caller, Scope, TokenLife, TokenVerifier } from './ports/token-verifier.ts';

/** Time and ids are the system's, and settings the usual ones, unless given. */
export type DashboardPorts = Pick<Ports, 'repository' | 'queries' | 'signals'> &
  Partial<Ports & Pick<LivePorts, 'logger'>>;

export interface Dashboard {
  /** Runs a use case for a caller: `dispatch(useCases.endSession, { caller, input })`. */
  readonly dispatch: Dispatch;
  /** Tells people what happens while it happens. */
  readonly live: LiveFeed;
  /** Makes calls that wait answer at once, and ends streams. Call it before closing the store. */
  stop(): void;
}

/** The use cases over the given ports, in whatever process and behind whatever transport the host has. */
export function createDashboard(ports: DashboardPorts): Dashboard {
  const stopping = new AbortController();
  const complete = {
    clock: systemClock,
    ids: uuidV7,
    waits: new OpenWaits(),
    settings: DEFAULT_SETTINGS,
    ...ports,
  };
  return {
    dispatch: createDispatch(complete, stopping.signal),
    live: new LiveFeed(complete, stopping.signal),
    stop: () => stopping.abort(),
  };
}
