import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PrometheusMetrics } from './prometheus.ts';

/** Nobody but programs of this machine is to read them. */
const LOOPBACK = '127.0.0.1';

export interface MetricsServer extends AsyncDisposable {
  /** Where they are; the port is the real one where 0 was asked for. */
  readonly url: string;
}

/**
 * Serves the metrics on a port of their own: that of the API may be anybody's to reach.
 * @throws the error of node:net where the port cannot be had.
 */
export async function serveMetrics(metrics: PrometheusMetrics, port: number): Promise<MetricsServer> {
  const server = createServer((req, res) => {
    if (req.url !== '/metrics' || (req.method !== 'GET' && req.method !== 'HEAD')) {
      res.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => res.writeHead(200, { 'Content-Type': metrics.contentType }).end(text),
      () => res.writeHead(500).end(),
    );
  });
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  // It must not keep the process alive.
  server.unref();
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/metrics`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
