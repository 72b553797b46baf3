import type { WireInstance } from '../../src/application/wire/agent-instance.ts';
import type { WireConversationMessage } from '../../src/application/wire/conversation-message.ts';
import type { DashboardServer } from '../clients/session/dashboard-server.ts';
import { seen } from './within-reason.ts';

export interface ShownAgent extends WireInstance {
  readonly messages: readonly WireConversationMessage[];
}

/** The person who uses the dashboard over its API, and looks at the agent that started last. */
export class Person {
  readonly #server: DashboardServer;

  constructor(server: DashboardServer) {
    this.#server = server;
  }

  /** Waits until the agent shows as `isAsExpected` says. */
  sees(what: string, isAsExpected: (agent: ShownAgent) => boolean): Promise<ShownAgent> {
    let last: ShownAgent | null = null;
    return seen(what, async () => {
      last = await this.#agent();
      return last !== null && isAsExpected(last) ? last : null;
    }).catch((error: Error) => {
      throw new Error(`${error.message}. The dashboard shows ${JSON.stringify(summaryOf(last), null, 2)}`);
    });
  }

  /** Waits until the agent shows a message with this text. */
  seesMessage(text: string): Promise<ShownAgent> {
    return this.sees(`"${text}" shows`, ({ messages }) =>
      messages.some(({ content }) => content.includes(text)),
    );
  }

  /** Waits for the question about a command, and answers it. */
  async answers(
    command: string,
    answer: { readonly values: readonly string[] } | { readonly content: string },
  ) {
    const isAsked = ({ content, question_status }: WireConversationMessage) =>
      question_status === 'open' && content.includes(command);
    const { messages } = await this.sees(`it asks about "${command}"`, (agent) =>
      agent.messages.some(isAsked),
    );
    await this.#call('POST', `/questions/${messages.find(isAsked)!.id}/answer`, answer);
  }

  async writes(content: string): Promise<void> {
    await this.#call('POST', `/agent-instances/${(await this.#agent())!.id}/messages`, { content });
  }

  async stops(reason: string): Promise<void> {
    await this.#call('POST', `/agent-instances/${(await this.#agent())!.id}/stop`, { reason });
  }

  /** @throws Error unless there are so many agents: a session is one, whatever happens in it. */
  async requireCount(count: number): Promise<void> {
    const agents = await this.#agents();
    if (agents.length !== count)
      throw new Error(`${agents.length} agents, not ${count}: ${JSON.stringify(agents)}`);
  }

  /** The newest first. */
  async #agents(): Promise<readonly WireInstance[]> {
    return (await this.#call('GET', '/agent-instances')) as readonly WireInstance[];
  }

  async #agent(): Promise<ShownAgent | null> {
    const agents = await this.#agents();
    const id = agents[0]?.id;
    if (id === undefined) return null;
    return (await this.#call('GET', `/agent-instances/${id}?message_limit=100`)) as ShownAgent;
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#server.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#server.dashboardToken}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

const summaryOf = (agent: ShownAgent | null) =>
  agent && {
    status: agent.status,
    context: agent.context,
    messages: agent.messages.map(({ sender_type, content, question_status = '' }) =>
      `${sender_type} ${question_status}: ${content}`.slice(0, 200),
    ),
  };
