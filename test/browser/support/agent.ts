import { randomUUID } from 'node:crypto';
import type { Served } from './served.ts';

/** An agent as the server sees it: it speaks REST, under a token of its own. */
export class Agent {
  readonly id = randomUUID();
  readonly #url: string;
  readonly #token: string;
  readonly #type: string;

  constructor(server: Served, type = 'claude-code') {
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

  /** What the person said, as soon as there is something, or nothing after so many seconds. */
  async hears(wait: number): Promise<string[]> {
    const answer = await this.#post<{ messages: { content: string }[] }>('/messages/pending', {
      agent_instance_id: this.id,
      wait,
    });
    return answer.messages.map(({ content }) => content);
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
