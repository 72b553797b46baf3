import { postAgentMessage } from '../../domain/conversation/agent-messages.ts';
import type { Conversation, Decision } from '../../domain/conversation/conversation.ts';
import { deleteInstance } from '../../domain/conversation/lifecycle.ts';
import type { JsonObject, Message } from '../../domain/conversation/message.ts';
import { receiveUserMessage } from '../../domain/conversation/user-messages.ts';
import type { AgentInstanceId, MessageId, UserId } from '../../domain/ids.ts';
import type { AgentInstanceRepository, UpdateTarget } from '../../ports/storage/agent-instance-repository.ts';
import { anAgentMessage } from '../agent-message-builder.ts';
import { newId } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenQueries } from './open-queries.ts';

/** Returns noon, on the day of the tests, plus the given minutes. */
export const atMinute = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));

/** One agent instance, with the actions of its agent and its user. */
export class TestConversation {
  readonly #repository: AgentInstanceRepository;
  readonly userId: UserId;
  readonly id: AgentInstanceId;

  constructor(repository: AgentInstanceRepository, userId: UserId, id: AgentInstanceId) {
    this.#repository = repository;
    this.userId = userId;
    this.id = id;
  }

  /**
   * Runs a decision and saves its changes.
   * @param alsoLoad what the decision needs besides the open questions.
   */
  change<Output>(
    decide: (conversation: Conversation) => Decision<Output>,
    alsoLoad: Partial<UpdateTarget> = {},
  ): Promise<Output> {
    const target = { userId: this.userId, agentInstanceId: this.id, ...alsoLoad };
    return this.#repository.update(target, withoutRecord(decide));
  }

  /** Posts a step of the agent, or with `ask` a question. */
  async post(
    content: string,
    fields: {
      id?: MessageId;
      minute?: number;
      type?: string;
      ask?: true;
      diff?: string;
      metadata?: JsonObject;
    } = {},
  ) {
    const { id, minute = 0, type = 'x', ask: isQuestion = false, diff, metadata = null } = fields;
    const agentMessage = anAgentMessage(this.id, {
      agentTypeName: type,
      content,
      isQuestion,
      metadata,
      gitDiff: diff === undefined ? null : { status: 'stored', diff },
      now: atMinute(minute),
      ...(id !== undefined && { newMessageId: id }),
    });
    const { message } = await this.change((current) => postAgentMessage(current, agentMessage), {
      withQueuedMessages: true,
      openQuestionText: isQuestion ? content : null,
      agentTypeName: type,
    });
    return message;
  }

  /** Writes a message of the user. */
  say(content: string, markAsRead = false, newMessageId = newId<MessageId>()): Promise<Message> {
    const userMessage = { content, markAsRead, newMessageId, now: atMinute(0) };
    return this.change((current) => receiveUserMessage(current, userMessage));
  }

  delete() {
    return this.change((current) => deleteInstance(current, { now: atMinute(0) }));
  }
}

/** Returns functions that create conversations in the store. */
export function testConversationsIn(storeUnderTest: () => OpenQueries) {
  const newConversation = (userId: UserId, id = newId<AgentInstanceId>()) =>
    new TestConversation(storeUnderTest().repository, userId, id);

  /** Creates an instance that started at the given minute, with the messages '1', '2' … */
  const startConversation = async (userId: UserId, minute: number, messageCount = 1, type = 'x') => {
    const conversation = newConversation(userId);
    for (let nth = 1; nth <= messageCount; nth += 1) await conversation.post(String(nth), { minute, type });
    return conversation;
  };

  return { newConversation, startConversation };
}
