import { randomUUID } from 'node:crypto';

interface Message {
  readonly id: string;
  readonly content: string;
}

interface PostedMessage {
  readonly message_id: string;
  readonly queued_user_messages: readonly Message[];
}

interface PendingMessages {
  readonly messages: readonly Message[];
  readonly already_read: readonly Message[];
  readonly instance_status: string;
}

/** Thrown when the user has ended or deleted the run, so that the agent stops. */
export class AgentStoppedError extends Error {
  override readonly name = 'AgentStoppedError';
}

/** How long one request waits for an answer. */
const WAIT_SECONDS = 30;
/** How often one request is sent at most. */
const MAX_ATTEMPTS = 5;

/** A small agent that uses the REST API, as any script could. */
export class Agent {
  readonly #api: string;
  readonly #token: string;
  readonly instanceId = randomUUID();

  constructor({ url, token }: { readonly url: string; readonly token: string }) {
    this.#api = `${url}/api/v1`;
    this.#token = token;
  }

  async start(agentType: string, name: string): Promise<void> {
    await this.#call('POST', '/agent-instances', {
      agent_instance_id: this.instanceId,
      agent_type: agentType,
      name,
    });
  }

  /**
   * Reports a step.
   * @returns the messages that the user has written since the last step or question
   */
  async step(content: string, gitDiff?: string): Promise<readonly string[]> {
    const posted = await this.#post({ content, ...(gitDiff !== undefined && { git_diff: gitDiff }) });
    return posted.queued_user_messages.map(({ content: text }) => text);
  }

  /**
   * Asks a question and waits for its answer without a time limit. Each request takes at most
   * `WAIT_SECONDS`, because proxies close longer ones.
   * @param labels the options to choose from.
   * @throws AgentStoppedError if the user has ended or deleted the run
   */
  async ask(content: string, labels: readonly string[]): Promise<string> {
    const options = labels.map((label) => ({ label }));
    const question = { content, requires_user_input: true, options };
    const { message_id: questionId } = await this.#post(question);
    for (;;) {
      const { messages, already_read, instance_status } = await this.#call<PendingMessages>(
        'POST',
        '/messages/pending',
        { agent_instance_id: this.instanceId, last_read_message_id: questionId, wait: WAIT_SECONDS },
      );
      const answer = [...messages, ...already_read][0];
      if (answer !== undefined) return answer.content;
      if (instance_status === 'COMPLETED') throw new AgentStoppedError('its run was ended in the dashboard');
    }
  }

  async end(): Promise<void> {
    await this.#call('POST', '/sessions/end', { agent_instance_id: this.instanceId });
  }

  #post(message: object): Promise<PostedMessage> {
    return this.#call<PostedMessage>('POST', '/messages/agent', {
      agent_instance_id: this.instanceId,
      ...message,
    });
  }

  /**
   * Sends a request, and repeats it if the server cannot be reached or fails. All attempts have the same
   * `Idempotency-Key`, so the request takes effect once.
   */
  async #call<Result>(method: string, path: string, body: object): Promise<Result> {
    const headers = {
      Authorization: `Bearer ${this.#token}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
    };
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(this.#api + path, { method, headers, body: JSON.stringify(body) }).catch(
        () => null,
      );
      if (response?.ok) return (await response.json()) as Result;
      const problem = (await response?.json().catch(() => null)) as { code?: string; detail?: string } | null;
      if (problem?.code === 'instance_deleted')
        throw new AgentStoppedError('its run was deleted in the dashboard');
      const isRetryable = response === null || response.status >= 500;
      if (!isRetryable || attempt === MAX_ATTEMPTS)
        throw new Error(problem?.detail ?? 'The server cannot be reached');
      await new Promise((resolve) => setTimeout(resolve, 1000 * attempt));
    }
  }
}
