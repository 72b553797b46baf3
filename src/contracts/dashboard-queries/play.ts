import { postAgentMessage } from '../../domain/conversation/agent-messages.ts';
import type { Conversation, Decision } from '../../domain/conversation/conversation.ts';
import { deleteInstance } from '../../domain/conversation/lifecycle.ts';
import type { Message } from '../../domain/conversation/message.ts';
import { receiveUserMessage } from '../../domain/conversation/user-messages.ts';
import type { AgentInstanceId, MessageId, UserId } from '../../domain/ids.ts';
import type { AgentInstanceRepository, UpdateTarget } from '../../ports/storage/agent-instance-repository.ts';
import { anAgentMessage } from '../an-agent-message.ts';
import { decided } from '../decided.ts';
import { newId } from '../valid-values.ts';
import type { OpenQueries } from './open-queries.ts';

/** A time on the day of all plays, in minutes from its noon. */
export const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));

/** One agent instance, and what its agent and its user do with it. */
export class Play {
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
    return this.#repository.update(target, decided(decide));
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
    const { message } = await this.change((conversation) => postAgentMessage(conversation, sent), {
      queue: true,
      openQuestionFeedback: isQuestion,
      agentTypeName: type,
    });
    return message;
  }

  say(content: string, markAsRead = false): Promise<Message> {
    const sent = { content, markAsRead, newMessageId: newId<MessageId>(), now: at(0) };
    return this.change((conversation) => receiveUserMessage(conversation, sent));
  }

  delete() {
    return this.change((conversation) => deleteInstance(conversation, { now: at(0) }));
  }
}

/** The plays that a test begins. */
export function playsIn(open: () => OpenQueries) {
  const aPlay = (userId: UserId, id = newId<AgentInstanceId>()) => new Play(open().repository, userId, id);

  /** An instance started at that minute, with messages '1', '2' … */
  const played = async (userId: UserId, minute: number, messages = 1, type = 'x') => {
    const play = aPlay(userId);
    for (let nth = 1; nth <= messages; nth += 1) await play.post(String(nth), { minute, type });
    return play;
  };

  return { aPlay, played };
}
