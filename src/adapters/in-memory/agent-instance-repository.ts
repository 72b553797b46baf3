import { isEndedOrDeleted } from '../../domain/conversation/agent-instance.ts';
import type { AgentType } from '../../domain/conversation/agent-type.ts';
import type { Changes, Conversation } from '../../domain/conversation/conversation.ts';
import { isOpenQuestion, type Message } from '../../domain/conversation/message.ts';
import { MAX_OPEN_INSTANCES } from '../../domain/conversation/new-instance.ts';
import type { AgentInstanceId, MessageId, UserId } from '../../domain/ids.ts';
import { notificationChangesOf } from '../../domain/notification/notification.ts';
import type { Signals } from '../../ports/signals/signals.ts';
import type {
  AgentInstanceRepository,
  Decide,
  QuestionDeadline,
  QuestionState,
  UpdateTarget,
} from '../../ports/storage/agent-instance-repository.ts';
import { messagesToLoad } from '../../ports/storage/messages-to-load.ts';
import { InMemoryNotificationRepository } from './notification-repository.ts';
import { UserData } from './user-data.ts';

/**
 * Keeps everything in Maps, for tests and for applications without a database. An update runs in one turn of
 * the event loop, so no other update can run meanwhile. All values are copied when they are stored and when
 * they are returned, so that callers cannot change what is stored.
 */
export class InMemoryAgentInstanceRepository implements AgentInstanceRepository {
  /** The data by user. The other in-memory adapters share it. */
  readonly users = new Map<UserId, UserData>();
  readonly notifications = new InMemoryNotificationRepository(this);
  readonly #signals: Signals;

  constructor(signals: Signals) {
    this.#signals = signals;
  }

  async update<Output>(target: UpdateTarget, decide: Decide<Output>): Promise<Output> {
    const user = this.users.get(target.userId) ?? new UserData();
    const stored = user.instances.get(target.agentInstanceId);
    const agentType = target.agentTypeName == null ? null : agentTypeOf(user, target.agentTypeName);
    const conversation: Conversation = {
      instance: stored?.instance ?? null,
      agentType,
      agentTypeCount: stored === undefined && agentType === null ? user.agentTypes.size : 0,
      openInstanceCount: stored === undefined && target.agentTypeName != null ? openInstanceCountOf(user) : 0,
      messages:
        stored === undefined ? [] : messagesToLoad(stored.instance, [...stored.messages.values()], target),
    };
    const storedRecord =
      target.idempotencyKey == null ? null : (user.idempotencyRecords.get(target.idempotencyKey) ?? null);
    const { output, changes, record } = decide(structuredClone(conversation), storedRecord);

    if (changes !== null || record !== null) this.users.set(target.userId, user);
    if (changes !== null) {
      save(user, structuredClone(changes));
      this.notifications.apply(user, structuredClone(notificationChangesOf(changes, conversation.instance)));
    }
    if (record !== null && target.idempotencyKey != null)
      user.idempotencyRecords.set(target.idempotencyKey, record);
    if (changes !== null) {
      const { userId, agentInstanceId } = target;
      this.#signals.publish([{ userId, agentInstanceId, version: changes.instance.version }]);
    }
    return output;
  }

  async instanceOfMessage(userId: UserId, messageId: MessageId): Promise<AgentInstanceId | null> {
    return this.users.get(userId)?.instanceIdByMessageId.get(messageId) ?? null;
  }

  async questionState(userId: UserId, questionId: MessageId): Promise<QuestionState | null> {
    const user = this.users.get(userId);
    const instanceId = user?.instanceIdByMessageId.get(questionId);
    const stored = instanceId === undefined ? undefined : user?.instances.get(instanceId);
    const question = stored?.messages.get(questionId);
    if (stored === undefined || question?.questionStatus == null) return null;
    const { id: agentInstanceId, status: instanceStatus, stop, version } = stored.instance;
    return {
      agentInstanceId,
      status: question.questionStatus,
      askedAt: new Date(question.createdAt),
      expiresAt: question.expiresAt && new Date(question.expiresAt),
      instanceStatus,
      isStopRequested: stop !== null,
      version,
    };
  }

  async nextDeadlines(limit: number): Promise<readonly QuestionDeadline[]> {
    const deadlines: QuestionDeadline[] = [];
    for (const [userId, { instances }] of this.users) {
      for (const { messages } of instances.values()) {
        for (const message of messages.values()) {
          const { id: questionId, agentInstanceId, expiresAt } = message;
          if (isOpenQuestion(message) && expiresAt !== null)
            deadlines.push({ userId, agentInstanceId, questionId, expiresAt });
        }
      }
    }
    return deadlines.sort((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime()).slice(0, limit);
  }

  async deleteIdempotencyRecords(recordedBefore: Date): Promise<number> {
    let deleted = 0;
    for (const { idempotencyRecords: records } of this.users.values()) {
      for (const [key, { recordedAt }] of records) {
        if (recordedAt < recordedBefore && records.delete(key)) deleted += 1;
      }
    }
    return deleted;
  }

  async ping(): Promise<void> {}
}

function agentTypeOf(user: UserData, name: string): AgentType | null {
  const stored = user.agentTypes.get(name);
  return stored === undefined ? null : { id: stored.id, name };
}

/** Counts up to the limit only, as a database does. */
function openInstanceCountOf({ instances }: UserData): number {
  const open = [...instances.values()].filter(({ instance }) => !isEndedOrDeleted(instance));
  return Math.min(open.length, MAX_OPEN_INSTANCES);
}

function save(user: UserData, { instance, posted, amended, gitDiff }: Changes): void {
  const previous = user.instances.get(instance.id);
  const messages = previous?.messages ?? new Map<MessageId, Message>();
  const questionVersions = previous?.questionVersions ?? new Map<MessageId, number>();
  for (const message of [...posted, ...amended]) {
    messages.set(message.id, message);
    user.instanceIdByMessageId.set(message.id, instance.id);
    if (message.questionStatus !== null) questionVersions.set(message.id, instance.version);
  }
  const { agentType } = instance;
  if (!user.agentTypes.has(agentType.name)) {
    user.agentTypes.set(agentType.name, { ...agentType, createdAt: instance.startedAt });
  }
  user.instances.set(instance.id, {
    instance,
    messages,
    gitDiff: gitDiff === undefined ? (previous?.gitDiff ?? null) : gitDiff,
    gitDiffVersion: gitDiff === undefined ? (previous?.gitDiffVersion ?? 0) : instance.version,
    questionVersions,
  });
}
