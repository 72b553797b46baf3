/** The main entry of the package, `@agent-dashboard/server`. */

export { systemClock, uuidV7 } from './adapters/runtime/system.ts';
export {
  createOperator,
  type ImportResult,
  type IssueRequest,
  type ListedKey,
  type Operator,
  type OperatorPorts,
} from './application/admin/operator.ts';
export type { ExportLine, UserExport } from './application/admin/user-export.ts';
export type { Dispatch, Request } from './application/dispatch/dispatch.ts';
export { type ErrorCode, type InputIssue, invalidJson } from './application/errors.ts';
export { createJobs, type JobOptions } from './application/jobs/create-jobs.ts';
export type { Job } from './application/jobs/job.ts';
export { JobRunner } from './application/jobs/job-runner.ts';
export type {
  EventSink,
  LiveEvent,
  LiveEventType,
  LiveStream,
} from './application/live/events/live-event.ts';
export type { InstanceStreamRequest, LiveFeed, StreamRequest } from './application/live/live-feed.ts';
export { Channels, type MissingChannel } from './application/notifications/channels.ts';
export type { Call, Ports, Settings, UseCase } from './application/use-case.ts';
export * as useCases from './application/use-cases/index.ts';
export type { OpenWaits } from './application/waiting/open-waits.ts';
export {
  createDashboard,
  type Dashboard,
  type DashboardOptions,
  type NotificationOptions,
} from './dashboard.ts';
export type { AgentInstance } from './domain/conversation/agent-instance.ts';
export type { AgentType } from './domain/conversation/agent-type.ts';
export type { Changes, Conversation, Decision } from './domain/conversation/conversation.ts';
export type { JsonObject, Message } from './domain/conversation/message.ts';
export { QuestionOverError } from './domain/conversation/question-over.ts';
export type { ChannelKind } from './domain/conversation/reach.ts';
export { CodedError } from './domain/errors.ts';
export type { IdempotencyRecord } from './domain/idempotency.ts';
export { type AgentInstanceId, type MessageId, type UserId, userId } from './domain/ids.ts';
export type { FormAnswer, QuestionForm } from './domain/question/form.ts';
export type { ApiKey, ApiKeyId } from './domain/user/api-key.ts';
export {
  issuingDisabled,
  PortError,
  storageBusy,
  storageUnavailable,
  unauthenticated,
} from './ports/errors.ts';
export {
  type AnswerReceived,
  DeliveryError,
  type Inbox,
  type Notice,
  type NoticeOption,
  type NoticeQuestion,
  type Notifier,
  type Recall,
} from './ports/notifier.ts';
export type { AnsweredRequest, CommittedBatch, Observer, StorageFailure } from './ports/observer.ts';
export type { Clock, Ids, Logger } from './ports/runtime.ts';
export type { DeliverySignal, DeliverySignals } from './ports/signals/delivery-signals.ts';
export type { Revocation, Revocations, RevokedUser } from './ports/signals/revocations.ts';
export type { SeenVersions, Signal, Signals, Subscription } from './ports/signals/signals.ts';
export type { DatabaseNotification, StoreSignals } from './ports/signals/store-signals.ts';
export type {
  AgentInstanceRepository,
  Decide,
  QuestionDeadline,
  QuestionState,
  RecordedDecision,
  UpdateTarget,
} from './ports/storage/agent-instance-repository.ts';
export type {
  ApiKeyDecision,
  ApiKeyRef,
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
  InstanceProgress,
} from './ports/storage/dashboard-queries.ts';
export type { DataRemoval, DeletedUser, Holdings } from './ports/storage/data-removal.ts';
export { messagesToLoad } from './ports/storage/messages-to-load.ts';
export type { SharedWaits, WaitedInstance } from './ports/storage/shared-waits.ts';
export type { Versions, WatchedUser } from './ports/storage/versions.ts';
export type { CompleteStore, Store } from './ports/store.ts';
export type { TokenGrant, TokenIssuer } from './ports/tokens/token-issuer.ts';
export type { Caller, Scope, TokenLife, TokenVerifier } from './ports/tokens/token-verifier.ts';
