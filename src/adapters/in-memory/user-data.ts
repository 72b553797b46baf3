import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import type { AgentType } from '../../domain/conversation/agent-type.ts';
import type { Message } from '../../domain/conversation/message.ts';
import type { IdempotencyRecord } from '../../domain/idempotency.ts';
import type { AgentInstanceId, MessageId, NotificationId } from '../../domain/ids.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import type { NotificationSettings } from '../../domain/notification/settings.ts';
import type { ApiKey, ApiKeyId } from '../../domain/user/api-key.ts';
import type { UserDeletion } from '../../domain/user/user-deletion.ts';
import type { AnswerLink } from '../../ports/storage/notification-repository.ts';

export interface StoredInstance {
  readonly instance: AgentInstance;
  readonly messages: Map<MessageId, Message>;
  readonly gitDiff: string | null;
  /** The version of the instance in which the diff last changed; 0 if it never has. */
  readonly gitDiffVersion: number;
  /** The version of the instance in which each question last changed. */
  readonly questionVersions: Map<MessageId, number>;
}

export interface StoredAgentType extends AgentType {
  readonly createdAt: Date;
}

/** Everything that is stored for one user. */
export class UserData {
  /** The agent types by name. */
  readonly agentTypes = new Map<string, StoredAgentType>();
  readonly instances = new Map<AgentInstanceId, StoredInstance>();
  /** The id of the instance that each message belongs to. */
  readonly instanceIdByMessageId = new Map<MessageId, AgentInstanceId>();
  readonly apiKeys = new Map<ApiKeyId, ApiKey>();
  /** The idempotency records by idempotency key. */
  readonly idempotencyRecords = new Map<string, IdempotencyRecord>();
  /** null as long as the user has never had a destination, and has not changed the rules. */
  notificationSettings: NotificationSettings | null = null;
  readonly notifications = new Map<NotificationId, Notification>();
  /** The answer links by the hash of their token. */
  readonly answerLinks = new Map<string, AnswerLink>();
  /** The begun or finished deletion of the user. It stays when everything else has been deleted. */
  deletion: UserDeletion | null;

  constructor(deletion: UserDeletion | null = null) {
    this.deletion = deletion;
  }
}
