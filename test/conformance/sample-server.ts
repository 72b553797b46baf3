import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { inMemoryStore } from '../../src/adapters/in-memory/store.ts';
import { DEFAULT_TIMING } from '../../src/adapters/mcp/call/timing.ts';
import { collectRequestInfo } from '../../src/adapters/mcp/http/http-request-info.ts';
import { ModernTransport } from '../../src/adapters/mcp/http/modern-transport.ts';
import { createClientGoneSignal, toFetchRequest } from '../../src/adapters/mcp/http/web-bridge.ts';
import { createServerFeatures } from '../../src/adapters/mcp/protocol/server-features.ts';
import { systemClock } from '../../src/adapters/runtime/system.ts';
import { InProcessSignals } from '../../src/adapters/signals/in-process-signals.ts';
import { createJobs } from '../../src/application/jobs/create-jobs.ts';
import { JobRunner } from '../../src/application/jobs/job-runner.ts';
import { createDashboard } from '../../src/dashboard.ts';
import { aCaller } from '../support/builders.ts';
import { sentInputResponses, withSampleTools } from './sample-tools.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Starts a server of the stateless protocol version that has the runner's sample tools besides its own. It
 * needs no token.
 */
export async function startSampleServer(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const store = inMemoryStore(new InProcessSignals());
  const dashboard = createDashboard({ store });
  const { dispatch, ids } = dashboard;
  const jobs = await JobRunner.start(
    createJobs({ store, clock: systemClock, dashboard, logger: SILENT, retentionDays: null }),
    SILENT,
  );
  const features = createServerFeatures(
    { dispatch, ids, logger: SILENT, timing: DEFAULT_TIMING },
    randomBytes(32),
  );
  const transport = new ModernTransport({
    name: 'agent-dashboard',
    version: '1.0.0',
    timing: DEFAULT_TIMING,
    features: withSampleTools(features, dispatch),
    onError() {},
  });
  const caller = aCaller();

  const server = createServer(async (req, res) => {
    const signal = createClientGoneSignal(res);
    const body = req.method === 'POST' ? await json(req) : undefined;
    const requestInfo = collectRequestInfo({ req, res }, { caller, body, signal });
    if (await transport.answerPoll(req, res, requestInfo)) return;
    const { inputResponses = {} } =
      (body as { params?: { inputResponses?: object } } | undefined)?.params ?? {};
    await sentInputResponses.run({ ...inputResponses }, () =>
      transport.handle(toFetchRequest(req, signal), requestInfo, res),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      jobs[Symbol.dispose]();
      dashboard.stop();
      await transport.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
