import type { RateLimit } from '../../../src/adapters/koa/access/rate-limit.ts';
import type { Timing } from '../../../src/adapters/mcp/call/timing.ts';
import { createMcpEndpoint, type McpEndpoint } from '../../../src/adapters/mcp/http/endpoint.ts';
import { systemClock, uuidV7 } from '../../../src/adapters/runtime/system.ts';
import type { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import type { Dispatch } from '../../../src/application/dispatch/dispatch.ts';
import { mcpRoutes } from '../../../src/composition/wiring/mcp-routes.ts';
import type { AgentInstanceId, UserId } from '../../../src/domain/ids.ts';
import type { Clock } from '../../../src/ports/runtime.ts';
import type { AgentInstanceRepository } from '../../../src/ports/storage/agent-instance-repository.ts';
import type { TokenVerifier } from '../../../src/ports/tokens/token-verifier.ts';
import { fakeTokens, fieldsOf, inMemory, LogBook, TestServer } from '../koa/test-server.ts';

export interface McpServerOptions {
  readonly timing?: Partial<Timing>;
  /** Verifies the tokens. By default `fakeTokens`, which accepts user names. */
  readonly tokens?: TokenVerifier;
  readonly rateLimit?: RateLimit;
  /** By default the clock of the system. */
  readonly clock?: Clock;
  readonly wrap?: (repository: AgentInstanceRepository) => AgentInstanceRepository;
}

/** The server with MCP and REST over one in-memory store, on a free loopback port. */
export class McpServer implements AsyncDisposable {
  readonly endpoint: McpEndpoint;
  readonly signals: InProcessSignals;
  readonly dispatch: Dispatch;
  readonly log: LogBook;
  readonly stopping: AbortController;
  readonly server: TestServer;
  readonly repository: AgentInstanceRepository;

  private constructor(
    parts: Pick<
      McpServer,
      'endpoint' | 'signals' | 'dispatch' | 'log' | 'stopping' | 'server' | 'repository'
    >,
  ) {
    this.endpoint = parts.endpoint;
    this.signals = parts.signals;
    this.dispatch = parts.dispatch;
    this.log = parts.log;
    this.stopping = parts.stopping;
    this.server = parts.server;
    this.repository = parts.repository;
  }

  static async start({
    timing = {},
    tokens = fakeTokens,
    rateLimit,
    clock = systemClock,
    wrap,
  }: McpServerOptions = {}): Promise<McpServer> {
    let repository: AgentInstanceRepository | null = null;
    const { dispatch, signals, stopping } = inMemory(
      (innerRepository) => {
        repository = wrap?.(innerRepository) ?? innerRepository;
        return repository;
      },
      { clock },
    );
    const log = new LogBook();
    const endpoint = createMcpEndpoint({
      dispatch,
      ids: uuidV7,
      logger: log,
      name: 'agent-dashboard',
      version: '1.2.3',
      pageUrl: () => 'https://agents.example',
      timing: { waitSeconds: 20, ...timing },
    });
    const mcpMiddleware = mcpRoutes(endpoint, { tokens, logger: log, rateLimit: rateLimit ?? null });
    const server = await TestServer.start({ dispatch, tokens, moreMiddleware: mcpMiddleware });
    return new McpServer({ endpoint, signals, dispatch, log, stopping, server, repository: repository! });
  }

  get url(): string {
    return this.server.url;
  }

  /** Writes to an instance over REST, as its user. */
  async say(agentInstanceId: string, content: string): Promise<void> {
    const body = { agent_instance_id: agentInstanceId, content, mark_as_read: false };
    const response = await this.server.call('POST', '/messages/user', { body });
    if (response.status !== 200) throw new Error(JSON.stringify(await fieldsOf(response)));
  }

  /** Returns the name of an instance's agent type, as it is stored. */
  async agentTypeOf(agentInstanceId: string): Promise<string> {
    const target = { userId: 'ann' as UserId, agentInstanceId: agentInstanceId as AgentInstanceId };
    return this.repository.update(target, ({ instance }) => ({
      output: instance?.agentType.name ?? 'there is no such instance',
      changes: null,
      record: null,
    }));
  }

  /** Resolves when exactly this many calls wait. */
  async untilCallsWait(count: number): Promise<void> {
    await until(() => this.signals.size === count);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.endpoint.close(), this.server.http.drain(2_000)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopping.abort();
    await this.endpoint.close(0);
    await this.server[Symbol.asyncDispose]();
  }
}

/**
 * Waits until the condition is true.
 * @throws Error if it is still false after `timeoutMs`
 */
export async function until(condition: () => boolean, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
