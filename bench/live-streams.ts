import { randomUUID } from 'node:crypto';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection, httpRequest } from './http-connection.ts';
import { percentile } from './percentiles.ts';
import { processorMs, residentMiB } from './server-process.ts';

export interface LiveStreamsOptions {
  readonly port: number;
  readonly pid: number;
  /** Half of them of the one instance, half of all that the user has. */
  readonly streams: number;
  readonly messages: number;
  readonly agentToken: string;
  readonly dashboardToken: string;
  /** Statements the server has sent to the database so far. */
  readonly statements: () => Promise<number>;
}

export interface LiveStreamsResult {
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly statementsPerMessage: number;
  /** Of the server alone: what other work on the machine does not change. */
  readonly processorMsPerMessage: number;
  readonly openingMiB: number;
  readonly growthMiB: number;
}

const EVERY_MS = 100;
const WARM_UP = 50;
/** For the last messages to arrive. */
const ARRIVAL_MS = 5_000;
const MARK = /"content":"message (\d+)"/g;

/** People who watch while an agent writes ten messages a second: from the moment it sends one to its arrival. */
export async function liveStreams(options: LiveStreamsOptions): Promise<LiveStreamsResult> {
  const { port, pid, streams, messages, agentToken, dashboardToken, statements } = options;
  const instance = randomUUID();
  const agent = await HttpConnection.open(port);
  const say = (content: string) => {
    const body = { agent_instance_id: instance, agent_type: 'bench', content };
    return agent.send(
      httpRequest({ method: 'POST', path: '/api/v1/messages/agent', token: agentToken, body }),
    );
  };
  await say('the first');
  const before = await residentMiB(pid);

  const sent: number[] = [];
  const milliseconds: number[] = [];
  const sockets = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const paths = ['/api/v1/events', `/api/v1/agent-instances/${instance}/messages/stream`];
  const open = (path: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${dashboardToken}` };
      get({ agent: sockets, host: '127.0.0.1', port, path, headers }, resolve).on('error', reject);
    });
  for (let nth = 0; nth < streams; nth += 1) {
    const stream = await open(paths[nth % paths.length]!);
    stream.setEncoding('utf8').on('data', (text: string) => {
      const now = performance.now();
      for (const [, mark] of text.matchAll(MARK)) {
        if (Number(mark) >= WARM_UP) milliseconds.push(now - sent[Number(mark)]!);
      }
    });
  }

  const write = async (from: number, count: number) => {
    for (let number = from; number < from + count; number += 1) {
      const due = performance.now() + EVERY_MS;
      sent[number] = performance.now();
      await say(`message ${number}`);
      await sleep(Math.max(0, due - performance.now()));
    }
  };
  await write(0, WARM_UP);
  const opened = await residentMiB(pid);
  const statementsBefore = await statements();
  const busyBefore = await processorMs(pid);
  await write(WARM_UP, messages);
  const asked = (await statements()) - statementsBefore;
  const isWhole = () => milliseconds.length >= messages * streams;
  for (const since = performance.now(); !isWhole() && performance.now() - since < ARRIVAL_MS; )
    await sleep(50);
  const busy = (await processorMs(pid)) - busyBefore;
  const after = await residentMiB(pid);
  if (milliseconds.length !== messages * streams) {
    throw new Error(`${milliseconds.length} of ${messages * streams} messages arrived`);
  }
  sockets.destroy();
  agent.close();
  return {
    p50: percentile(milliseconds, 0.5),
    p99: percentile(milliseconds, 0.99),
    longest: percentile(milliseconds, 1),
    statementsPerMessage: asked / messages,
    processorMsPerMessage: busy / messages,
    openingMiB: opened - before,
    growthMiB: after - opened,
  };
}
