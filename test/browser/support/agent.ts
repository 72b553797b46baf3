import { randomUUID } from 'node:crypto';
import type { ServerAccess } from './server-access.ts';

/** How many steps the method `steps` sends at the same time. */
const CONCURRENCY = 32;

export interface Received {
  readonly messages: readonly { readonly id: string; readonly content: string }[];
  readonly outcomes: readonly object[];
  readonly stop_requested: { readonly reason: string | null } | null;
}

/** An agent that uses the REST API with its own token. */
export class Agent {
  readonly id = randomUUID();
  readonly #url: string;
  readonly #token: string;
  readonly #type: string;
  /** The last message that the agent wrote or received. `receive` returns what came after it. */
  #lastMessageId: string | null = null;

  constructor(server: ServerAccess, type = 'claude-code') {
    this.#url = server.url;
    this.#token = server.agentToken;
    this.#type = type;
  }

  step(content: string, fields: object = {}): Promise<string> {
    return this.#send(content, fields);
  }

  /** @returns the question's id */
  ask(content: string, fields: object = {}): Promise<string> {
    return this.#send(content, { requires_user_input: true, ...fields });
  }

  withdraw(questionId: string): Promise<unknown> {
    return this.#post(`/questions/${questionId}/withdraw`, {});
  }

  /** Sends many steps concurrently. Only the first and the last have a fixed position. */
  async steps(texts: readonly string[]): Promise<void> {
    const queue = [...texts.slice(1, -1)];
    await this.step(texts[0]!);
    const sendNext = async () => {
      for (let text = queue.pop(); text !== undefined; text = queue.pop()) await this.step(text);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, sendNext));
    await this.step(texts.at(-1)!);
  }

  /** Waits up to `waitSeconds` for messages of the user. Returns an empty list if there are none. */
  async receive(waitSeconds: number): Promise<string[]> {
    return (await this.receiveAll(waitSeconds)).messages.map(({ content }) => content);
  }

  /** Does the same, and returns everything that the agent is told. */
  async receiveAll(waitSeconds: number): Promise<Received> {
    const received = await this.#post<Received>('/messages/pending', {
      agent_instance_id: this.id,
      last_read_message_id: this.#lastMessageId,
      wait: waitSeconds,
    });
    this.#lastMessageId = received.messages.at(-1)?.id ?? this.#lastMessageId;
    return received;
  }

  async end(fields: object = {}): Promise<void> {
    await this.#post('/sessions/end', { agent_instance_id: this.id, ...fields });
  }

  async #send(content: string, fields: object): Promise<string> {
    const posted = await this.#post<{ message_id: string }>('/messages/agent', {
      agent_instance_id: this.id,
      agent_type: this.#type,
      content,
      ...fields,
    });
    this.#lastMessageId = posted.message_id;
    return posted.message_id;
  }

  async #post<T>(path: string, body: object): Promise<T> {
    const response = await fetch(`${this.#url}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
