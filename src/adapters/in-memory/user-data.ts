import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import type { AgentType } from '../../domain/conversation/agent-type.ts';
import type { Message } from '../../domain/conversation/message.ts';
import type { IdempotencyRecord } from '../../domain/idempotency.ts';
import type { AgentInstanceId, MessageId } from '../../domain/ids.ts';
import type { ApiKey, ApiKeyId } from '../../domain/user/api-key.ts';
import type { UserDeletion } from '../../domain/user/user-deletion.ts';

export interface StoredInstance {
  readonly instance: AgentInstance;
  readonly messages: Map<MessageId, Message>;
  readonly gitDiff: string | null;
  /** The version in which the diff last changed; 0: it has never changed. */
  readonly gitDiffVersion: number;
  /** The version in which each question last changed. */
  readonly questionVersions: Map<MessageId, number>;
}

export interface StoredAgentType extends AgentType {
  readonly createdAt: Date;
}

/** Everything that is stored of one user. */
export class UserData {
  /** The agent types by name. */
  readonly agentTypes = new Map<string, StoredAgentType>();
  readonly instances = new Map<AgentInstanceId, StoredInstance>();
  readonly instanceOfMessage = new Map<MessageId, AgentInstanceId>();
  readonly apiKeys = new Map<ApiKeyId, ApiKey>();
  readonly records = new Map<string, IdempotencyRecord>();
  /** The begun or finished deletion of the user. It stays when everything else has been deleted. */
  deletion: UserDeletion | null;

  constructor(deletion: UserDeletion | null = null) {
    this.deletion = deletion;
  }
}
