import type { Call, RunningServer } from '../support/servers/running-server.ts';
import { Message } from './strict-message.ts';

type Fields = { readonly [name: string]: unknown };

export interface Pending {
  readonly messages: readonly Message[];
  readonly alreadyRead: readonly Message[];
  readonly status: string;
  readonly instanceStatus: string;
}

/** An agent and its user, who both use plain HTTP. */
export class AgentClient {
  readonly instance: string;
  readonly #server: RunningServer;
  readonly #token: string | undefined;

  /** @param token the agent's token; by default the one that the server has printed. */
  constructor(server: RunningServer, instance: string, token?: string) {
    this.#server = server;
    this.instance = instance;
    this.#token = token;
  }

  /**
   * Sends a message as the agent.
   * @returns the message's id and the queued user messages that it handed over.
   */
  async say(content: string, more: object = {}): Promise<{ id: string; queued: readonly Message[] }> {
    const body = { content, agent_type: 'Claude-Code', ...more };
    const response = await this.ok('POST', '/messages/agent', body);
    return { id: String(response.message_id), queued: messages(response.queued_user_messages) };
  }

  ask = (content: string) => this.say(content, { requires_user_input: true });

  async pending(more: { last_read_message_id?: string; wait?: number } = {}): Promise<Pending> {
    const query = new URLSearchParams({ agent_instance_id: this.instance });
    for (const [name, value] of Object.entries(more)) query.set(name, String(value));
    const response = await this.ok('GET', `/messages/pending?${query}`);
    return {
      messages: messages(response.messages),
      alreadyRead: messages(response.already_read),
      status: String(response.status),
      instanceStatus: String(response.instance_status),
    };
  }

  /**
   * Starts a call that waits for messages. Returns when the server has probably begun the wait: it has then
   * answered two later requests on another connection.
   */
  async waiting(lastReadMessageId: string, waitSeconds = 30): Promise<{ answer: Promise<Pending> }> {
    const answer = this.pending({ last_read_message_id: lastReadMessageId, wait: waitSeconds });
    answer.catch(() => {});
    for (let nth = 0; nth < 2; nth += 1) await this.heartbeat();
    return { answer };
  }

  async answer(content: string): Promise<string> {
    return String((await this.ok('POST', '/messages/user', { content, mark_as_read: false })).message_id);
  }

  heartbeat = () => this.ok('POST', `/agents/instances/${this.instance}/heartbeat`);
  end = () => this.ok('POST', '/sessions/end', {});

  /** Sends a request, and returns the response whatever its status is. */
  call(method: string, path: string, call: Call = {}): Promise<Response> {
    return this.#server.call(method, path, { ...(this.#token && { token: this.#token }), ...call });
  }

  async ok(method: string, path: string, body?: object): Promise<Fields> {
    const requestBody = body === undefined ? {} : { body: { agent_instance_id: this.instance, ...body } };
    const response = await this.call(method, path, requestBody);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Fields;
  }
}

const messages = (list: unknown): readonly Message[] =>
  (list as readonly Fields[]).map((fields) => new Message(fields));
