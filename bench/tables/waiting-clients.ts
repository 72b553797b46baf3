import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ASK_QUESTION, PENDING_MESSAGES, type WaitTransport } from '../load/agent-transports.ts';
import { HttpConnection, httpRequest } from '../load/http-connection.ts';
import { percentile } from '../load/percentiles.ts';
import type { BenchNumbers, BenchResults, BenchTable } from '../report/table.ts';
import type { BenchServers } from '../servers/bench-servers.ts';
import { residentMiB } from '../servers/server-process.ts';
import { type BenchSize, reportProgress } from '../size.ts';

const ROWS = [
  { key: 'pending-1', transport: PENDING_MESSAGES, clients: 1 },
  { key: 'pending-1000', transport: PENDING_MESSAGES, clients: 1_000 },
  { key: 'ask-question-1', transport: ASK_QUESTION, clients: 1 },
  { key: 'ask-question-1000', transport: ASK_QUESTION, clients: 1_000 },
] as const;

/** The table about agents that wait for an answer: what they cost, and how soon the answer reaches them. */
export const waitingTable: BenchTable = {
  name: 'waiting',
  labelTitles: ['Waiting by', 'Clients'],
  rows: ROWS.map(({ key, transport, clients }) => ({
    key,
    labels: [transport.name, clients.toLocaleString('en-GB')],
  })),
  columns: [
    { key: 'statementsPerMinute', title: 'Statements a minute while idle', decimals: 0 },
    { key: 'p50Ms', title: 'Answer sent to arrival, p50 ms', decimals: 1 },
    { key: 'p99Ms', title: 'p99 ms', decimals: 1 },
    { key: 'residentMiB', title: "Server's memory, MiB", decimals: 0 },
    { key: 'addedMiB', title: 'Of it added by the clients, MiB', decimals: 0 },
  ],
};

export async function measureWaiting(servers: BenchServers, size: BenchSize): Promise<BenchResults> {
  const results: { [row: string]: BenchNumbers } = {};
  for (const { key, transport, clients } of ROWS) {
    reportProgress(`${clients} waiting by ${transport.name}, idle for ${size.idleSeconds} s`);
    results[key] = await measureWaiters(servers, size, transport, clients);
  }
  return results;
}

const ANSWER_TEXT = 'the answer';

interface WaitingAgent {
  readonly instanceId: string;
  readonly token: string;
  /** Resolves when the answer arrives: with the time of its arrival, and the response body. */
  readonly answered: Promise<{ at: number; text: string }>;
  readonly close: () => void;
}

/** Lets agents wait, counts the server's statements while they are idle, then answers them one by one. */
async function measureWaiters(
  servers: BenchServers,
  size: BenchSize,
  transport: WaitTransport,
  clients: number,
): Promise<BenchNumbers> {
  const { port, pid } = servers.postgresql;
  const memoryBeforeMiB = await residentMiB(pid);
  const agents: WaitingAgent[] = [];
  for (let nth = 0; nth < clients; nth += 1) {
    const token = servers.tokenOf(nth);
    const instanceId = randomUUID();
    const connection = await HttpConnection.open(port);
    const { answer } = await transport.ask(connection, token, instanceId);
    const answered = answer.then((text) => ({ at: performance.now(), text }));
    agents.push({ instanceId, token, answered, close: () => connection.close() });
  }
  await sleep(1_000);
  const statementsBefore = await servers.countStatements();
  await sleep(size.idleSeconds * 1_000);
  const statementCount = (await servers.countStatements()) - statementsBefore;
  const memoryMiB = await residentMiB(pid);

  const answerTimesMs: number[] = [];
  // This connection is opened only now, because the server closes connections that are idle for too long.
  const dashboard = await HttpConnection.open(port);
  for (const { instanceId, token, answered, close } of agents) {
    const body = { agent_instance_id: instanceId, content: ANSWER_TEXT, mark_as_read: false };
    const request = httpRequest({ method: 'POST', path: '/api/v1/messages/user', token, body });
    const sentAt = performance.now();
    await dashboard.send(request);
    const { at, text } = await answered;
    if (!text.includes(ANSWER_TEXT)) throw new Error(`A wait ended without its answer: ${text}`);
    answerTimesMs.push(at - sentAt);
    close();
  }
  dashboard.close();
  return {
    statementsPerMinute: (statementCount * 60) / size.idleSeconds,
    p50Ms: percentile(answerTimesMs, 0.5),
    p99Ms: percentile(answerTimesMs, 0.99),
    residentMiB: memoryMiB,
    addedMiB: memoryMiB - memoryBeforeMiB,
  };
}
