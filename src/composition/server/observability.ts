import { acceptHosts } from '../../adapters/koa/access/accepted-hosts.ts';
import type { GaugeSources, PrometheusMetrics } from '../../adapters/metrics/prometheus.ts';
import type { Observer } from '../../ports/observer.ts';
import { AsyncDisposableStack } from '../async-disposable-stack.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../errors.ts';
import { packageInfo } from '../package-info.ts';

/** The metrics and traces that the settings ask for. */
export interface Observability extends AsyncDisposable {
  /** Null when the settings ask for neither metrics nor traces. */
  readonly observer: Observer | null;
  /** Starts to serve the metrics. Returns their URL; null when the settings do not ask for metrics. */
  serveMetrics(sources: GaugeSources): Promise<string | null>;
}

/** Opens the metrics and traces that the settings ask for, and loads only the libraries that they need. */
export async function openObservability({
  metricsPort,
  hasTraces,
  allowedHosts,
}: Pick<Config, 'metricsPort' | 'hasTraces' | 'allowedHosts'>): Promise<Observability> {
  const resources = new AsyncDisposableStack();
  let metrics: PrometheusMetrics | null = null;
  const observers: Observer[] = [];
  if (metricsPort !== null) {
    const { PrometheusMetrics } = await import('../../adapters/metrics/prometheus.ts');
    metrics = new PrometheusMetrics();
    observers.push(metrics);
  }
  if (hasTraces) {
    const { OtlpTraces } = await import('../../adapters/tracing/otlp-traces.ts');
    const traces = new OtlpTraces(packageInfo);
    resources.defer(() => traces.close());
    observers.push(traces);
  }
  return {
    observer: combineObservers(observers),
    async serveMetrics(sources) {
      if (metrics === null || metricsPort === null) return null;
      const { serveMetrics } = await import('../../adapters/metrics/metrics-server.ts');
      metrics.registerGauges(sources);
      const opening = serveMetrics(metrics, metricsPort, acceptHosts(allowedHosts));
      return resources.use(await opening.catch(throwMetricsPortError)).url;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** @throws ConfigError that says why metrics cannot be served. */
export function throwMetricsPortError(error: Error): never {
  throw new ConfigError(`METRICS_PORT must be a free port on 127.0.0.1 (${error.message})`);
}

/** Returns one observer that calls all of these; null if there are none. */
function combineObservers(observers: readonly Observer[]): Observer | null {
  const [first = null, ...others] = observers;
  if (first === null || others.length === 0) return first;
  const callEach = (call: (observer: Observer) => void) => {
    for (const observer of observers) call(observer);
  };
  return {
    requestAnswered: (request) => callEach((observer) => observer.requestAnswered(request)),
    batchDone: (batch) => callEach((observer) => observer.batchDone(batch)),
    storageFailed: (failure) => callEach((observer) => observer.storageFailed(failure)),
    signalsReconnected: () => callEach((observer) => observer.signalsReconnected()),
  };
}
