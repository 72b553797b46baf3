import type { GaugeSources, PrometheusMetrics } from '../../adapters/metrics/prometheus.ts';
import type { Observer } from '../../ports/observer.ts';
import { AsyncDisposableStack } from '../async-disposable-stack.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../errors.ts';
import { packageInfo } from '../package-info.ts';

/** The metrics and traces that the settings ask for. */
export interface Observability extends AsyncDisposable {
  /** Null without metrics and traces: then nothing is loaded and nothing is reported. */
  readonly observer: Observer | null;
  /** Starts to serve the metrics. @returns their URL; null when there are none. */
  serveMetrics(sources: GaugeSources): Promise<string | null>;
}

/** Loads only the libraries that the settings ask for. */
export async function openObservability({
  metricsPort,
  traces: isTraced,
}: Pick<Config, 'metricsPort' | 'traces'>): Promise<Observability> {
  const opened = new AsyncDisposableStack();
  let metrics: PrometheusMetrics | null = null;
  const observers: Observer[] = [];
  if (metricsPort !== null) {
    const { PrometheusMetrics } = await import('../../adapters/metrics/prometheus.ts');
    metrics = new PrometheusMetrics();
    observers.push(metrics);
  }
  if (isTraced) {
    const { OtlpTraces } = await import('../../adapters/tracing/otlp-traces.ts');
    const traces = new OtlpTraces(packageInfo);
    opened.defer(() => traces.close());
    observers.push(traces);
  }
  return {
    observer: combine(observers),
    async serveMetrics(sources) {
      if (metrics === null || metricsPort === null) return null;
      const { serveMetrics } = await import('../../adapters/metrics/metrics-server.ts');
      metrics.registerGauges(sources);
      const server = opened.use(await serveMetrics(metrics, metricsPort).catch(refusePort));
      return server.url;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function refusePort(error: Error): never {
  throw new ConfigError(`METRICS_PORT must be a free port on 127.0.0.1 (${error.message})`);
}

function combine(observers: readonly Observer[]): Observer | null {
  const [first = null, ...others] = observers;
  if (first === null || others.length === 0) return first;
  const each = (tell: (observer: Observer) => void) => {
    for (const observer of observers) tell(observer);
  };
  return {
    requestAnswered: (request) => each((one) => one.requestAnswered(request)),
    batchDone: (batch) => each((one) => one.batchDone(batch)),
    storageFailed: (failure) => each((one) => one.storageFailed(failure)),
    signalsReconnected: () => each((one) => one.signalsReconnected()),
  };
}
