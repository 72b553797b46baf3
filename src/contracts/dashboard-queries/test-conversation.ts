import { postAgentMessage } from '../../domain/conversation/agent-messages.ts';
import type { Conversation, Decision } from '../../domain/conversation/conversation.ts';
import { deleteInstance } from '../../domain/conversation/lifecycle.ts';
import type { Message } from '../../domain/conversation/message.ts';
import { receiveUserMessage } from '../../domain/conversation/user-messages.ts';
import type { AgentInstanceId, MessageId, UserId } from '../../domain/ids.ts';
import type { AgentInstanceRepository, UpdateTarget } from '../../ports/storage/agent-instance-repository.ts';
import { anAgentMessage } from '../agent-message-builder.ts';
import { newId } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenQueries } from './open-queries.ts';

/** Returns a time on the day of the tests, in minutes after noon. */
export const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));

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

  change<Output>(
    decide: (conversation: Conversation) => Decision<Output>,
    more: Partial<UpdateTarget> = {},
  ): Promise<Output> {
    const target = { userId: this.userId, agentInstanceId: this.id, ...more };
    return this.#repository.update(target, withoutRecord(decide));
  }

  async post(content: string, fields: { minute?: number; type?: string; ask?: true; diff?: string } = {}) {
    const { minute = 0, type = 'x', ask: isQuestion = false, diff } = fields;
    const sent = anAgentMessage(this.id, {
      agentTypeName: type,
      content,
      isQuestion,
      gitDiff: diff === undefined ? null : { status: 'stored', diff },
      now: at(minute),
    });
    const { message } = await this.change((current) => postAgentMessage(current, sent), {
      queue: true,
      openQuestionFeedback: isQuestion,
      agentTypeName: type,
    });
    return message;
  }

  say(content: string, markAsRead = false): Promise<Message> {
    const sent = { content, markAsRead, newMessageId: newId<MessageId>(), now: at(0) };
    return this.change((current) => receiveUserMessage(current, sent));
  }

  delete() {
    return this.change((current) => deleteInstance(current, { now: at(0) }));
  }
}

/** Returns functions that create conversations in the store. */
export function testConversationsIn(open: () => OpenQueries) {
  const newConversation = (userId: UserId, id = newId<AgentInstanceId>()) =>
    new TestConversation(open().repository, userId, id);

  /** Creates an instance that started at the given minute, with the messages '1', '2' … */
  const startConversation = async (userId: UserId, minute: number, messages = 1, type = 'x') => {
    const conversation = newConversation(userId);
    for (let nth = 1; nth <= messages; nth += 1) await conversation.post(String(nth), { minute, type });
    return conversation;
  };

  return { newConversation, startConversation };
}
