import { type Client, type ClientSettings, createClient } from '../../../src/adapters/client/client.ts';
import { uuidV7 } from '../../../src/adapters/runtime/system.ts';
import type { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { endAtDeadline } from '../../../src/domain/conversation/question-endings.ts';
import type { AgentInstanceId, MessageId, UserId } from '../../../src/domain/ids.ts';
import type { AgentInstanceRepository } from '../../../src/ports/storage/agent-instance-repository.ts';
import { fieldsOf, inMemory, TestServer } from '../koa/test-server.ts';
import { until } from '../mcp/mcp-server.ts';

type Application = ReturnType<typeof inMemory>;

/** A server over an in-memory store, with a client for an agent and one for its user. */
export class ClientServer implements AsyncDisposable {
  readonly server: TestServer;
  readonly agent: Client;
  readonly person: Client;
  /** The sizes of the request bodies, as their headers say. */
  readonly bodyLengths: number[] = [];
  readonly #signals: InProcessSignals;
  readonly #repository: AgentInstanceRepository;
  readonly #stopping: AbortController;

  private constructor(
    server: TestServer,
    { signals, repository, stopping }: Pick<Application, 'signals' | 'repository' | 'stopping'>,
  ) {
    this.server = server;
    this.#signals = signals;
    this.#repository = repository;
    this.#stopping = stopping;
    server.http.server.prependListener('request', ({ headers }) =>
      this.bodyLengths.push(Number(headers['content-length'] ?? 0)),
    );
    this.agent = this.client('ann');
    this.person = this.client('ann-dashboard');
  }

  static async start(): Promise<ClientServer> {
    const application = inMemory();
    return new ClientServer(await TestServer.start(application), application);
  }

  client(token: string, settings: Partial<ClientSettings> = {}): Client {
    return createClient({ baseUrl: this.server.url, token, ...settings });
  }

  /** Calls the REST API as the person. Returns the body of the response. */
  async asPerson(method: string, path: string, body?: object): Promise<{ [name: string]: unknown }> {
    const headers = { authorization: 'Bearer ann-dashboard' };
    const response = await this.server.call(method, path, { headers, ...(body && { body }) });
    return fieldsOf(response);
  }

  /** Ends a question as if its deadline was over. */
  async passDeadline(question: { agent_instance_id: string; question_id: string }): Promise<void> {
    const target = {
      userId: 'ann' as UserId,
      agentInstanceId: question.agent_instance_id as AgentInstanceId,
      questionId: question.question_id as MessageId,
    };
    const newMessageId = uuidV7.next() as MessageId;
    await this.#repository.update(target, (conversation) => ({
      ...endAtDeadline(conversation, { ...target, newMessageId, now: new Date('2100-01-01') }),
      record: null,
    }));
  }

  /** Resolves when this many calls wait. */
  untilCallsWait(count: number): Promise<void> {
    return until(() => this.#signals.size === count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.server[Symbol.asyncDispose]();
  }
}
