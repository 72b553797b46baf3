import { randomUUID } from 'node:crypto';
import type { ServerAccess } from './server-access.ts';

const SENDERS = 32;

/** An agent as the server sees it: it speaks REST, under a token of its own. */
export class Agent {
  readonly id = randomUUID();
  readonly #url: string;
  readonly #token: string;
  readonly #type: string;
  /** What it last wrote or was handed: what it asks for is what came after. */
  #last: string | null = null;

  constructor(server: ServerAccess, type = 'claude-code') {
    this.#url = server.url;
    this.#token = server.agentToken;
    this.#type = type;
  }

  step(content: string, more: object = {}): Promise<string> {
    return this.#say(content, more);
  }

  /** @returns the question's id */
  ask(content: string): Promise<string> {
    return this.#say(content, { requires_user_input: true });
  }

  /** Many steps, quickly: all but the first and the last in whichever order they arrive. */
  async steps(texts: readonly string[]): Promise<void> {
    const rest = [...texts.slice(1, -1)];
    await this.step(texts[0]!);
    const sendOn = async () => {
      for (let text = rest.pop(); text !== undefined; text = rest.pop()) await this.step(text);
    };
    await Promise.all(Array.from({ length: SENDERS }, sendOn));
    await this.step(texts.at(-1)!);
  }

  /** What the person said, as soon as there is something, or nothing after so many seconds. */
  async receive(wait: number): Promise<string[]> {
    const { messages } = await this.#post<{ messages: { id: string; content: string }[] }>(
      '/messages/pending',
      { agent_instance_id: this.id, last_read_message_id: this.#last, wait },
    );
    this.#last = messages.at(-1)?.id ?? this.#last;
    return messages.map(({ content }) => content);
  }

  async end(): Promise<void> {
    await this.#post('/sessions/end', { agent_instance_id: this.id });
  }

  async #say(content: string, more: object): Promise<string> {
    const answer = await this.#post<{ message_id: string }>('/messages/agent', {
      agent_instance_id: this.id,
      agent_type: this.#type,
      content,
      ...more,
    });
    this.#last = answer.message_id;
    return answer.message_id;
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
