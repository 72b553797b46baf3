import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AnsweredRequest, CommittedBatch, Observer, StorageFailure } from '../../ports/observer.ts';

/** Up to what a call may wait. */
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300];
const BATCH_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];
const BATCH_UPDATES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** The methods that something answers; a client may send any of dozens. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What is read when somebody asks, and costs nothing until then. */
export interface Readings {
  readonly openWaits: () => number;
  readonly openStreams: () => number;
  readonly mcpSessions: () => number;
  readonly knownTokens: () => number;
}

/**
 * Metrics for Prometheus. Labels come from tables of ours and never from a request: there are as many series as
 * there are routes, and no user, token or instance is among them. A request costs about 2 µs, a batch 1 µs.
 */
export class PrometheusMetrics implements Observer {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'route' | 'method' | 'status'>;
  readonly #batchUpdates: Histogram;
  readonly #batchSeconds: Histogram;
  readonly #storageFailures: Counter<'kind'>;
  readonly #reconnects: Counter;

  constructor() {
    const registers = [this.#registry];
    // The process's memory, CPU time, garbage collection and event loop lag.
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: 'agent_dashboard_http_request_duration_seconds',
      help: 'From a request to its answer, the time that a call waits included; streams are not among them',
      labelNames: ['route', 'method', 'status'],
      buckets: REQUEST_SECONDS,
      registers,
    });
    this.#batchUpdates = new Histogram({
      name: 'agent_dashboard_batch_updates',
      help: 'Updates that went to the database together',
      buckets: BATCH_UPDATES,
      registers,
    });
    this.#batchSeconds = new Histogram({
      name: 'agent_dashboard_batch_duration_seconds',
      help: 'For a batch of updates to be loaded, decided and saved',
      buckets: BATCH_SECONDS,
      registers,
    });
    this.#storageFailures = new Counter({
      name: 'agent_dashboard_storage_failures_total',
      help: 'Statements that failed: conflicts are tried again, unavailable is the database away',
      labelNames: ['kind'],
      registers,
    });
    this.#reconnects = new Counter({
      name: 'agent_dashboard_signals_reconnects_total',
      help: 'How often the connection for signals was lost and renewed',
      registers,
    });
    for (const kind of ['conflict', 'unavailable', 'unexpected'] satisfies StorageFailure[]) {
      this.#storageFailures.inc({ kind }, 0);
    }
  }

  /** Adds what is read from elsewhere. Once. */
  read({ openWaits, openStreams, mcpSessions, knownTokens }: Readings): void {
    this.#gauge('open_waits', 'Calls of agents that wait for a person', openWaits);
    this.#gauge('open_streams', 'Streams of events to people', openStreams);
    this.#gauge('mcp_sessions', 'Sessions of MCP clients', mcpSessions);
    this.#gauge('known_tokens', 'Tokens that were checked and are remembered', knownTokens);
  }

  requestAnswered({ route, method, status, isStream, millis }: AnsweredRequest): void {
    if (isStream) return;
    const labels = {
      route: route ?? 'other',
      method: METHODS.has(method) ? method : 'other',
      status: `${Math.floor(status / 100)}xx`,
    };
    this.#requests.observe(labels, millis / 1000);
  }

  batchDone({ updates, millis }: CommittedBatch): void {
    this.#batchUpdates.observe(updates);
    this.#batchSeconds.observe(millis / 1000);
  }

  storageFailed(kind: StorageFailure): void {
    this.#storageFailures.inc({ kind });
  }

  signalsReconnected(): void {
    this.#reconnects.inc();
  }

  /** All of it in Prometheus's text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `agent_dashboard_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }
}
