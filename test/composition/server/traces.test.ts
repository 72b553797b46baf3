import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OtlpReceiver } from '../../support/servers/otlp-receiver.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

test('a request continues the trace of its caller, and a group commit starts its own trace', async () => {
  await using folder = await temporaryFolder();
  await using receiver = await OtlpReceiver.start();
  await using server = await RunningServer.start({
    DATA_DIR: join(folder.path, 'data'),
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_SERVICE_NAME: 'my-agents',
  });
  await server.call('POST', '/messages/agent', {
    body: { agent_instance_id: crypto.randomUUID(), agent_type: 'claude-code', content: 'Read the code' },
    headers: { traceparent: `00-${TRACE}-${CALLER}-01`, 'x-request-id': 'mine' },
  });
  await server.call('GET', '/auth/verify', { headers: { traceparent: 'nonsense' } });
  // Spans that are not sent yet are sent when the server stops.
  expect(await server.stop()).toBe(0);

  expect(receiver.services).toEqual(new Set(['my-agents']));
  const step = receiver.spanNamed('POST /api/v1/messages/agent');
  expect(step).toMatchObject({ traceId: TRACE, parentSpanId: CALLER, kind: 2 });
  expect(step.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/api/v1/messages/agent',
    'http.response.status_code': 200,
    'http.response.header.x-request-id': ['mine'],
  });
  const verify = receiver.spanNamed('GET /api/v1/auth/verify');
  expect(verify.parentSpanId ?? '').toBe('');
  expect(verify.traceId).toMatch(/^[0-9a-f]{32}$/);
  const batch = receiver.spanNamed('group commit');
  expect(batch.attributes).toMatchObject({ 'db.operation.batch.size': 1 });
  expect(batch.traceId).not.toBe(TRACE);
  expect(receiver.text).not.toContain(server.agentToken);
});

test('a collector that does not answer prevents neither requests nor a timely stop', async () => {
  await using folder = await temporaryFolder();
  await using silent = await OtlpReceiver.start({ answers: false });
  await using server = await RunningServer.start({
    DATA_DIR: join(folder.path, 'data'),
    OTEL_EXPORTER_OTLP_ENDPOINT: silent.url,
  });
  expect((await server.call('GET', '/auth/verify')).status).toBe(200);
  const asked = performance.now();
  expect(await server.stop()).toBe(0);
  expect(performance.now() - asked).toBeLessThan(10_000);
});
