import { randomUUID } from 'node:crypto';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { aGrant, userIdOf } from '../../test/support/builders.ts';
import { HttpConnection, httpRequest } from '../load/http-connection.ts';
import { percentile } from '../load/percentiles.ts';
import type { BenchNumbers, BenchResults, BenchTable } from '../report/table.ts';
import type { BenchServers } from '../servers/bench-servers.ts';
import { processorMs, residentMiB } from '../servers/server-process.ts';
import { type BenchSize, reportProgress } from '../size.ts';

const STREAM_COUNTS = [2, 1_000] as const;

/** The table about sending an agent's messages to the streams that watch it: how fast it is, and its cost. */
export const liveStreamsTable: BenchTable = {
  name: 'liveStreams',
  labelTitles: ['Streams'],
  rows: STREAM_COUNTS.map((count) => ({ key: String(count), labels: [count.toLocaleString('en-GB')] })),
  columns: [
    { key: 'p50Ms', title: 'Sent to arrival, p50 ms', decimals: 1 },
    { key: 'p99Ms', title: 'p99 ms', decimals: 1 },
    { key: 'longestMs', title: 'Longest ms', decimals: 1 },
    { key: 'statementsPerMessage', title: 'Statements a message', decimals: 1 },
    // Other programs on the machine hardly change the processor time.
    { key: 'processorMsPerMessage', title: "Server's processor time a message, ms", decimals: 1 },
    { key: 'openingMiB', title: 'Memory for opening, MiB', decimals: 0 },
    { key: 'growthMiB', title: 'Growth under load, MiB', decimals: 0 },
  ],
};

export async function measureLiveStreams(servers: BenchServers, size: BenchSize): Promise<BenchResults> {
  const results: { [row: string]: BenchNumbers } = {};
  for (const streamCount of STREAM_COUNTS) {
    reportProgress(`${streamCount} live streams, ${size.liveMessages} messages`);
    results[streamCount] = await measureStreams(servers, streamCount, size.liveMessages);
  }
  return results;
}

const SEND_INTERVAL_MS = 100;
const WARM_UP_MESSAGES = 50;
/** How long the last messages may take to arrive. */
const MAX_ARRIVAL_MS = 5_000;
const MESSAGE_NUMBER = /"content":"message (\d+)"/g;

/**
 * Opens streams and sends ten messages a second as the agent. Half of the streams watch the agent's instance,
 * the others watch all instances of its user.
 * @throws Error if a stream has not received every message.
 */
async function measureStreams(
  servers: BenchServers,
  streamCount: number,
  messageCount: number,
): Promise<BenchNumbers> {
  const { port, pid } = servers.postgresql;
  const userId = userIdOf(`watched-by-${streamCount}`);
  const [agentToken, dashboardToken] = await Promise.all([
    servers.issuer.issue(aGrant({ userId })),
    servers.issuer.issue(aGrant({ userId, scope: 'dashboard' })),
  ]);
  const instanceId = randomUUID();
  const agentConnection = await HttpConnection.open(port);
  const sendMessage = (content: string) => {
    const body = { agent_instance_id: instanceId, agent_type: 'bench', content };
    return agentConnection.send(
      httpRequest({ method: 'POST', path: '/api/v1/messages/agent', token: agentToken, body }),
    );
  };
  await sendMessage('the first');
  const memoryBefore = await residentMiB(pid);

  const sentAt: number[] = [];
  const arrivalTimesMs: number[] = [];
  const httpAgent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const paths = ['/api/v1/events', `/api/v1/agent-instances/${instanceId}/messages/stream`];
  const openStream = (path: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${dashboardToken}` };
      get({ agent: httpAgent, host: '127.0.0.1', port, path, headers }, resolve).on('error', reject);
    });
  for (let nth = 0; nth < streamCount; nth += 1) {
    const stream = await openStream(paths[nth % paths.length]!);
    stream.setEncoding('utf8').on('data', (text: string) => {
      const now = performance.now();
      for (const [, number] of text.matchAll(MESSAGE_NUMBER)) {
        if (Number(number) >= WARM_UP_MESSAGES) arrivalTimesMs.push(now - sentAt[Number(number)]!);
      }
    });
  }

  const sendMessages = async (from: number, count: number) => {
    for (let number = from; number < from + count; number += 1) {
      const nextSendAt = performance.now() + SEND_INTERVAL_MS;
      sentAt[number] = performance.now();
      await sendMessage(`message ${number}`);
      await sleep(Math.max(0, nextSendAt - performance.now()));
    }
  };
  await sendMessages(0, WARM_UP_MESSAGES);
  const memoryAfterOpening = await residentMiB(pid);
  const statementsBefore = await servers.countStatements();
  const processorBefore = await processorMs(pid);
  await sendMessages(WARM_UP_MESSAGES, messageCount);
  const statementCount = (await servers.countStatements()) - statementsBefore;
  const deadline = performance.now() + MAX_ARRIVAL_MS;
  while (arrivalTimesMs.length < messageCount * streamCount && performance.now() < deadline) await sleep(50);
  const processorTimeMs = (await processorMs(pid)) - processorBefore;
  const memoryAfter = await residentMiB(pid);
  if (arrivalTimesMs.length !== messageCount * streamCount) {
    throw new Error(`${arrivalTimesMs.length} of ${messageCount * streamCount} messages arrived`);
  }
  httpAgent.destroy();
  agentConnection.close();
  return {
    p50Ms: percentile(arrivalTimesMs, 0.5),
    p99Ms: percentile(arrivalTimesMs, 0.99),
    longestMs: percentile(arrivalTimesMs, 1),
    statementsPerMessage: statementCount / messageCount,
    processorMsPerMessage: processorTimeMs / messageCount,
    openingMiB: memoryAfterOpening - memoryBefore,
    growthMiB: memoryAfter - memoryAfterOpening,
  };
}
