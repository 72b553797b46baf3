import type { AgentInstance } from '../../domain/agent-instance.ts';
import type { AgentType } from '../../domain/agent-type.ts';
import type { ApiKey, ApiKeyId } from '../../domain/api-key.ts';
import type { IdempotencyRecord } from '../../domain/idempotency.ts';
import type { AgentInstanceId, MessageId } from '../../domain/ids.ts';
import type { Message } from '../../domain/message.ts';

export interface StoredInstance {
  readonly instance: AgentInstance;
  readonly messages: Map<MessageId, Message>;
  gitDiff: string | null;
}

/** Everything of one user: no key reaches across. */
export class UserData {
  readonly agentTypes = new Map<string, AgentType>();
  readonly instances = new Map<AgentInstanceId, StoredInstance>();
  readonly instanceOfMessage = new Map<MessageId, AgentInstanceId>();
  readonly apiKeys = new Map<ApiKeyId, ApiKey>();
  readonly records = new Map<string, IdempotencyRecord>();
}
