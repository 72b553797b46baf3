import { once } from 'node:events';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { acceptHosts } from '../../../src/adapters/koa/access/accepted-hosts.ts';
import { serveMetrics } from '../../../src/adapters/metrics/metrics-server.ts';
import { PrometheusMetrics } from '../../../src/adapters/metrics/prometheus.ts';
import type { AnsweredRequest } from '../../../src/ports/observer.ts';

const request = (more: Partial<AnsweredRequest> = {}): AnsweredRequest => ({
  method: 'POST',
  route: '/api/v1/messages/agent',
  status: 200,
  requestId: 'a-request',
  isStream: false,
  startedAt: 0,
  millis: 3,
  traceparent: null,
  tracestate: null,
  ...more,
});

const counted = async (metrics: PrometheusMetrics) =>
  (await metrics.text())
    .split('\n')
    .filter((line) => line.startsWith('agent_dashboard_http_request_duration_seconds_count'))
    .map((line) => line.slice(line.indexOf('{')));

test('requests are counted by route, method and status class', async () => {
  const metrics = new PrometheusMetrics();
  for (const status of [200, 201, 404, 503]) metrics.requestAnswered(request({ status }));
  expect(await counted(metrics)).toEqual([
    '{route="/api/v1/messages/agent",method="POST",status="2xx"} 2',
    '{route="/api/v1/messages/agent",method="POST",status="4xx"} 1',
    '{route="/api/v1/messages/agent",method="POST",status="5xx"} 1',
  ]);
});

test('clients cannot create series with odd methods, and streams are not counted', async () => {
  const metrics = new PrometheusMetrics();
  for (const method of ['PROPFIND', 'MKCOL', 'BREW'])
    metrics.requestAnswered(request({ method, route: null }));
  metrics.requestAnswered(request({ isStream: true }));
  expect(await counted(metrics)).toEqual(['{route="other",method="other",status="2xx"} 3']);
  expect(await metrics.text()).not.toContain('a-request');
});

test('batches, storage failures and reconnections are counted', async () => {
  const metrics = new PrometheusMetrics();
  metrics.batchDone({ updates: 12, retried: 0, startedAt: 0, millis: 4 });
  metrics.storageFailed('conflict');
  metrics.signalsReconnected();
  const text = await metrics.text();
  expect(text).toContain('agent_dashboard_batch_updates_bucket{le="8"} 0');
  expect(text).toContain('agent_dashboard_batch_updates_bucket{le="16"} 1');
  expect(text).toContain('agent_dashboard_batch_duration_seconds_sum 0.004');
  expect(text).toContain('agent_dashboard_storage_failures_total{kind="conflict"} 1');
  expect(text).toContain('agent_dashboard_storage_failures_total{kind="unavailable"} 0');
  expect(text).toContain('agent_dashboard_signals_reconnects_total 1');
});

test('gauges are read when the metrics are read, and the process’s own metrics are included', async () => {
  const metrics = new PrometheusMetrics();
  let waits = 1;
  const none = () => 0;
  metrics.registerGauges({ openWaits: () => waits, openStreams: none, mcpSessions: none, knownTokens: none });
  waits = 7;
  await using server = await serveMetrics(metrics, 0, acceptHosts([]));
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  const answer = await fetch(server.url);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=/);
  const text = await answer.text();
  expect(text).toContain('agent_dashboard_open_waits 7');
  for (const name of ['open_streams', 'mcp_sessions', 'known_tokens']) expect(text).toContain(`${name} 0`);
  expect(text).toContain('nodejs_eventloop_lag_seconds');
  expect(text).toContain('process_resident_memory_bytes');
  expect((await fetch(server.url.replace('/metrics', '/'))).status).toBe(404);
});

test('a port that is in use is an error at once', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await expect(serveMetrics(new PrometheusMetrics(), port, acceptHosts([]))).rejects.toThrow('EADDRINUSE');
  taken.close();
});

test('a page whose name resolves to this machine cannot read the metrics', async () => {
  await using server = await serveMetrics(new PrometheusMetrics(), 0, acceptHosts(['metrics.example']));
  const statusFor = async (host: string) => {
    const [answer] = await once(get(server.url, { headers: { host } }), 'response');
    answer.resume();
    return answer.statusCode;
  };
  for (const host of ['localhost:9', '127.0.0.1', '[::1]:9', 'metrics.example'])
    expect(await statusFor(host)).toBe(200);
  for (const host of ['evil.example', 'evil.example:9', 'localhost.evil.example'])
    expect(await statusFor(host)).toBe(403);
});
