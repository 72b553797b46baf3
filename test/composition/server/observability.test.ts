import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { readConfig } from '../../../src/composition/config/config.ts';
import { NodeProcess } from '../../support/servers/node-process.ts';

const traced = (env: { [name: string]: string }) => readConfig(env).hasTraces;

test.each([
  ['an endpoint for everything', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }],
  ['an endpoint for traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }],
  ['the exporter', { OTEL_TRACES_EXPORTER: 'otlp' }],
  ['the exporter among others', { OTEL_TRACES_EXPORTER: 'console, otlp' }],
])('traces are turned on by %s', (_, env) => {
  expect(traced(env)).toBe(true);
  expect(traced({ ...env, OTEL_SDK_DISABLED: 'true' })).toBe(false);
});

test('traces are not turned on by any other setting', () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318';
  expect(traced({ OTEL_SERVICE_NAME: 'agents' })).toBe(false);
  expect(traced({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).toBe(false);
  expect(traced({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBe(false);
});

/** Returns the observability libraries that a process loads when it is configured like this. */
async function loadedWith(env: { [name: string]: string }): Promise<string[]> {
  const script = `
    import { createRequire } from 'node:module';
    import { readConfig } from './src/composition/config/config.ts';
    import { openObservability } from './src/composition/server/observability.ts';
    import './src/composition/server/server.ts';
    await openObservability(readConfig(process.env));
    const loaded = Object.keys(createRequire(import.meta.url).cache).map((path) => path.split('/node_modules/').at(-1));
    const names = new Set(loaded.map((path) => path.split('/')[0]));
    console.log(['prom-client', '@opentelemetry'].filter((name) => names.has(name)).join());
    process.exit();
  `;
  const cwd = new URL('../../..', import.meta.url).pathname;
  const child = new NodeProcess(['--input-type=module', '-e', script], { env, cwd });
  expect((await child.whenEnded).code, child.stderr).toBe(0);
  return child.stdout.trim().split(',').filter(Boolean);
}

test('an observability library is loaded only if a setting needs it', async () => {
  expect(await loadedWith({})).toEqual([]);
  expect(await loadedWith({ METRICS_PORT: '0' })).toContain('prom-client');
  expect(await loadedWith({ OTEL_TRACES_EXPORTER: 'otlp' })).toEqual(['@opentelemetry']);
});

test('a METRICS_PORT that is in use stops the start with one line', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const METRICS_PORT = typeof address === 'object' ? String(address?.port) : '';
  const { openObservability } = await import('../../../src/composition/server/observability.ts');
  await using observing = await openObservability(readConfig({ METRICS_PORT }));
  const none = () => 0;
  const readings = { openWaits: none, openStreams: none, mcpSessions: none, knownTokens: none };
  await expect(observing.serveMetrics(readings)).rejects.toThrow(/^METRICS_PORT must be a free port/);
  taken.close();
});
