import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createUserExport } from '../../../../src/application/admin/user-export.ts';
import type { AnsweredRequest, Observer } from '../../../../src/ports/observer.ts';
import { RecordingObserver } from '../../../support/recording/recording-observer.ts';
import { inMemory, TestServer } from '../test-server.ts';

const seen = ({ requests }: RecordingObserver) =>
  requests.map(({ method, route, status }) => ({ method, route, status }));

test('a request is reported with the path of its route, never with the path that was sent', async () => {
  const observer = new RecordingObserver();
  await using server = await TestServer.start({ observer });
  const id = randomUUID();
  await server.call('GET', `/agent-instances/${id}`);
  await server.call('GET', `/nothing/${id}`);
  await server.call('GET', '/auth/verify', { headers: { authorization: 'Bearer eve' } });
  await fetch(`${server.url}/health`);
  await fetch(`${server.url}/${id}`);
  expect(seen(observer)).toEqual([
    { method: 'GET', route: '/api/v1/agent-instances/:agent_instance_id', status: 404 },
    { method: 'GET', route: null, status: 404 },
    // The route is not looked up before the token is verified.
    { method: 'GET', route: null, status: 401 },
    { method: 'GET', route: '/health', status: 200 },
    { method: 'GET', route: null, status: 404 },
  ]);
});

test('a request is reported with its id, its time and the trace of its client', async () => {
  const observer = new RecordingObserver();
  await using server = await TestServer.start({ observer });
  const before = Date.now();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const headers = { 'x-request-id': 'mine', traceparent, tracestate: 'vendor=1' };
  await server.call('GET', '/auth/verify', { headers });
  const [request] = observer.requests as [AnsweredRequest];
  expect(request).toMatchObject({ requestId: 'mine', traceparent, tracestate: 'vendor=1', isStream: false });
  expect(request.startedAt).toBeGreaterThan(before - 10);
  expect(request.startedAt + request.millis).toBeLessThanOrEqual(Date.now() + 1);
});

test('a stream is reported when it ends, and is marked as a stream', async () => {
  const reported = Promise.withResolvers<AnsweredRequest>();
  const observer: Observer = new RecordingObserver(reported.resolve);
  const { live } = inMemory();
  await using server = await TestServer.start({ observer, live });
  const headers = { authorization: 'Bearer ann-dashboard' };
  const abort = new AbortController();
  const stream = await server.call('GET', '/events', { headers, signal: abort.signal });
  expect(stream.status).toBe(200);
  await stream.body!.getReader().read();
  expect(live.openStreamCount).toBe(1);
  abort.abort();
  expect(await reported.promise).toMatchObject({ route: '/api/v1/events', status: 200, isStream: true });
  expect(live.openStreamCount).toBe(0);
});

test('an export is reported when it is complete, with its path', async () => {
  const reported = Promise.withResolvers<AnsweredRequest>();
  const observer: Observer = new RecordingObserver(reported.resolve);
  const ports = inMemory();
  await using server = await TestServer.start({ observer, userExport: createUserExport(ports) });
  const headers = { authorization: 'Bearer ann-dashboard' };
  expect(await (await server.call('GET', '/export', { headers })).text()).toContain('"type":"end"');
  expect(await reported.promise).toMatchObject({ route: '/api/v1/export', status: 200 });
});
