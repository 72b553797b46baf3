import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PrometheusMetrics } from './prometheus.ts';

/** Only programs on the same machine may read the metrics. */
const LOOPBACK = '127.0.0.1';

export interface MetricsServer extends AsyncDisposable {
  /** The address of the metrics. If the port was 0, it has the port that was chosen. */
  readonly url: string;
}

/**
 * Serves the metrics at `/metrics` on a port of their own, because the API's port may be public.
 * @param port 0 for any free port.
 * @param isAcceptedHost tells whether a Host header names this server. Any other gets a 403.
 * @throws the error of node:net, such as `EADDRINUSE`, if the server cannot listen on the port.
 */
export async function serveMetrics(
  metrics: PrometheusMetrics,
  port: number,
  isAcceptedHost: (host: string) => boolean,
): Promise<MetricsServer> {
  const server = createServer((req, res) => {
    if (!isAcceptedHost(req.headers.host ?? '')) {
      res.writeHead(403).end();
      return;
    }
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
  // The metrics must not keep the process alive.
  server.unref();
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/metrics`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
