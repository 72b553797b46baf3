import { type Client, type ClientSettings, createClient } from '../../../src/adapters/client/client.ts';
import type { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { inMemory, TestServer } from '../koa/test-server.ts';
import { until } from '../mcp/mcp-server.ts';

/** A server over an in-memory store, with a client for an agent and one for its user. */
export class ClientServer implements AsyncDisposable {
  readonly server: TestServer;
  readonly agent: Client;
  readonly person: Client;
  /** The sizes of the request bodies, as their headers say. */
  readonly bodyLengths: number[] = [];
  readonly #signals: InProcessSignals;
  readonly #stopping: AbortController;

  private constructor(server: TestServer, signals: InProcessSignals, stopping: AbortController) {
    this.server = server;
    this.#signals = signals;
    this.#stopping = stopping;
    server.http.server.prependListener('request', ({ headers }) =>
      this.bodyLengths.push(Number(headers['content-length'] ?? 0)),
    );
    this.agent = this.client('ann');
    this.person = this.client('ann-dashboard');
  }

  static async start(): Promise<ClientServer> {
    const { dispatch, live, signals, stopping } = inMemory();
    return new ClientServer(await TestServer.start({ dispatch, live }), signals, stopping);
  }

  client(token: string, settings: Partial<ClientSettings> = {}): Client {
    return createClient({ baseUrl: this.server.url, token, ...settings });
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
