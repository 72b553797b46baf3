import { randomUUID } from 'node:crypto';

interface Message {
  readonly id: string;
  readonly content: string;
}

interface Posted {
  readonly message_id: string;
  readonly queued_user_messages: readonly Message[];
}

interface Pending {
  readonly messages: readonly Message[];
  readonly already_read: readonly Message[];
  readonly instance_status: string;
}

/** The person has ended or deleted the run: a good agent stops. */
export class AgentStoppedError extends Error {
  override readonly name = 'StoppedByPerson';
}

const WAIT_SECONDS = 30;
const ATTEMPTS = 5;

/** A small agent that reports over REST, as any script could. */
export class Agent {
  readonly #api: string;
  readonly #token: string;
  readonly #id = randomUUID();

  constructor({ url, token }: { readonly url: string; readonly token: string }) {
    this.#api = `${url}/api/v1`;
    this.#token = token;
  }

  async start(agentType: string, name: string): Promise<void> {
    await this.#call('POST', '/agent-instances', {
      agent_instance_id: this.#id,
      agent_type: agentType,
      name,
    });
  }

  /** @returns what the person wrote since the last call. */
  async step(content: string, gitDiff?: string): Promise<readonly string[]> {
    const posted = await this.#post({ content, ...(gitDiff !== undefined && { git_diff: gitDiff }) });
    return posted.queued_user_messages.map(({ content: text }) => text);
  }

  /** Waits for the answer for as long as it takes, in calls short enough for any proxy. */
  async ask(content: string): Promise<string> {
    const { message_id: question } = await this.#post({ content, requires_user_input: true });
    for (;;) {
      const { messages, already_read, instance_status } = await this.#call<Pending>(
        'POST',
        '/messages/pending',
        { agent_instance_id: this.#id, last_read_message_id: question, wait: WAIT_SECONDS },
      );
      const answer = [...messages, ...already_read][0];
      if (answer !== undefined) return answer.content;
      if (instance_status === 'COMPLETED') throw new AgentStoppedError('ended in the dashboard');
    }
  }

  async end(): Promise<void> {
    await this.#call('POST', '/sessions/end', { agent_instance_id: this.#id });
  }

  #post(message: object): Promise<Posted> {
    return this.#call<Posted>('POST', '/messages/agent', { agent_instance_id: this.#id, ...message });
  }

  /** A repeat under the same key has one effect, so a lost answer or a restart of the server costs nothing. */
  async #call<Answer>(method: string, path: string, body: object): Promise<Answer> {
    const headers = {
      Authorization: `Bearer ${this.#token}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
    };
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(this.#api + path, { method, headers, body: JSON.stringify(body) }).catch(
        () => null,
      );
      if (response?.ok) return (await response.json()) as Answer;
      const problem = (await response?.json().catch(() => null)) as { code?: string; detail?: string } | null;
      if (problem?.code === 'instance_deleted') throw new AgentStoppedError('deleted in the dashboard');
      const isWorthAnother = response === null || response.status >= 500;
      if (!isWorthAnother || attempt === ATTEMPTS) throw new Error(problem?.detail ?? 'The server is gone');
      await new Promise((resolve) => setTimeout(resolve, 1000 * attempt));
    }
  }
}
