import { randomUUID } from 'node:crypto';
import type { AgentInstance, ApiKey, Message } from '../../../web/src/model/wire.ts';

export interface Stored {
  overview: AgentInstance;
  messages: Message[];
  gitDiff: string | null;
  /** Calls of the agent that wait for a message. */
  waiting: number;
}

export interface Event {
  readonly id: number;
  readonly name: string;
  readonly data: object;
}

/** What the fake server remembers: one person's instances, in memory, each change told as an event. */
export class FakeState {
  readonly instances = new Map<string, Stored>();
  readonly keys: ApiKey[] = [];
  readonly events: Event[] = [];
  readonly replies = new Map<string, { status: number; body: object | null }>();
  readonly #listeners = new Set<(event: Event) => void>();

  listen(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(name: string, data: object): void {
    const event = { id: (this.events.at(-1)?.id ?? 0) + 1, name, data };
    this.events.push(event);
    for (const listener of this.#listeners) listener(event);
  }

  instance(id: string, agentType = 'claude-code', name: string | null = null): Stored {
    const known = this.instances.get(id);
    if (known !== undefined) return known;
    const stored: Stored = {
      overview: {
        id,
        agent_type_id: randomUUID(),
        agent_type_name: agentType,
        name,
        status: 'ACTIVE',
        started_at: new Date().toISOString(),
        ended_at: null,
        latest_message: null,
        latest_message_at: null,
        chat_length: 0,
        last_heartbeat_at: null,
      },
      messages: [],
      gitDiff: null,
      waiting: 0,
    };
    this.instances.set(id, stored);
    return stored;
  }

  change(stored: Stored, change: Partial<AgentInstance>): AgentInstance {
    stored.overview = { ...stored.overview, ...change };
    this.tell('status_update', stored.overview);
    return stored.overview;
  }

  add(
    stored: Stored,
    message: Partial<Message> & Pick<Message, 'content' | 'sender_type'>,
    at = new Date(),
  ): Message {
    const added: Message = {
      id: randomUUID(),
      position: stored.messages.length + 1,
      created_at: at.toISOString(),
      requires_user_input: false,
      read_at: null,
      question_status: message.requires_user_input ? 'open' : null,
      answer_id: null,
      agent_waiting: message.requires_user_input ? false : null,
      ...message,
    };
    stored.messages.push(added);
    this.tell('message', { ...added, agent_instance_id: stored.overview.id });
    this.change(stored, {
      latest_message: added.content,
      latest_message_at: added.created_at,
      chat_length: added.position,
      status:
        added.sender_type === 'USER' ? 'ACTIVE' : added.requires_user_input ? 'AWAITING_INPUT' : 'ACTIVE',
    });
    return added;
  }

  update(stored: Stored, id: string, change: Partial<Message>): void {
    const at = stored.messages.findIndex((message) => message.id === id);
    const message = { ...stored.messages[at]!, ...change };
    stored.messages[at] = message;
    this.tell('message_update', { ...message, agent_instance_id: stored.overview.id });
  }

  /** The person's answer: to the question that it names, or to the newest open one. */
  reply(stored: Stored, content: string, inReplyTo: string | null): Message | { readonly taken: Message } {
    const question = inReplyTo
      ? stored.messages.find((message) => message.id === inReplyTo)
      : stored.messages.findLast((message) => message.question_status === 'open');
    if (inReplyTo && question?.answer_id) {
      return { taken: stored.messages.find((message) => message.id === question.answer_id)! };
    }
    const message = this.add(stored, { content, sender_type: 'USER' });
    if (question) {
      this.update(stored, question.id, {
        question_status: 'answered',
        answer_id: message.id,
        agent_waiting: false,
      });
    }
    return message;
  }

  end(stored: Stored): AgentInstance {
    for (const { id, question_status } of stored.messages) {
      if (question_status === 'open')
        this.update(stored, id, { question_status: 'closed', agent_waiting: false });
    }
    return this.change(stored, { status: 'COMPLETED', ended_at: new Date().toISOString() });
  }

  /** Hands the queued messages to the agent. */
  handOff(stored: Stored): Message[] {
    const queued = stored.messages.filter(
      (message) => message.sender_type === 'USER' && message.read_at === null,
    );
    for (const { id } of queued) this.update(stored, id, { read_at: new Date().toISOString() });
    return queued;
  }

  waits(stored: Stored, by: 1 | -1): void {
    stored.waiting += by;
    const question = stored.messages.findLast((message) => message.question_status === 'open');
    if (question) this.update(stored, question.id, { agent_waiting: stored.waiting > 0 });
  }
}
