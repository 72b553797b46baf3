import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { aGrant, userIdOf } from '../../test/support/builders.ts';
import { QUESTION, REST, type StepTransport } from '../load/agent-transports.ts';
import { HttpConnection, httpRequest } from '../load/http-connection.ts';
import { median } from '../load/percentiles.ts';
import { runWriteLoad } from '../load/write-load.ts';
import type { BenchNumbers, BenchResults, BenchTable } from '../report/table.ts';
import type { BenchServers } from '../servers/bench-servers.ts';
import { type BenchSize, reportProgress } from '../size.ts';

const CONNECTIONS = 32;

const LOADS: readonly (readonly [key: string, title: string, StepTransport])[] = [
  ['steps', 'Steps', REST],
  ['questions', 'Questions', QUESTION],
];

/** The table about what it costs to notify people. */
export const notificationsTable: BenchTable = {
  name: 'notifications',
  labelTitles: ['What', 'Who is notified'],
  rows: [
    ...LOADS.flatMap(([key, title]) => [
      { key: `${key}-without`, labels: [`${title}, ${CONNECTIONS} connections`, 'nobody'] },
      {
        key: `${key}-with`,
        labels: [`${title}, ${CONNECTIONS} connections`, 'a webhook of each user, later'],
      },
    ]),
    { key: 'deliveries', labels: ['Deliveries of one process', 'a webhook'] },
  ],
  columns: [
    { key: 'perSecond', title: 'A second', decimals: 0 },
    { key: 'ratio', title: 'Ratio to nobody', decimals: 2 },
  ],
};

/** Longer than the bench runs: the rows show what it costs to write a question, without its delivery. */
const LATER_SECONDS = 86_400;

const DELIVERIES = 1_000;
/** Long enough that all questions are asked before the first is delivered. */
const DELAY_SECONDS = 4;

export async function measureNotifications(servers: BenchServers, size: BenchSize): Promise<BenchResults> {
  await using receiver = await startReceiver();
  const notified = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, nth) =>
      notifiedUser(servers, `notified-${nth}`, receiver.url, LATER_SECONDS),
    ),
  );
  const results: { [row: string]: BenchNumbers } = {};
  for (const [key, title, transport] of LOADS) {
    const perSecond = async (tokenOf: (nth: number) => string) => {
      const { port } = servers.postgresql;
      const seconds = size.secondsPerRound;
      const load = { port, connections: CONNECTIONS, seconds, warmUpSeconds: 1, transport, tokenOf };
      return (await runWriteLoad(load)).perSecond;
    };
    const pairs: { without: number; with: number }[] = [];
    for (let round = 1; round <= size.rounds; round += 1) {
      reportProgress(`${title} with and without notifications, round ${round} of ${size.rounds}`);
      const without = await perSecond(servers.tokenOf);
      pairs.push({ without, with: await perSecond((nth) => notified[nth]!) });
    }
    results[`${key}-without`] = { perSecond: median(pairs.map(({ without }) => without)), ratio: 1 };
    results[`${key}-with`] = {
      perSecond: median(pairs.map((pair) => pair.with)),
      ratio: median(pairs.map((pair) => pair.with / pair.without)),
    };
  }
  const rates: number[] = [];
  for (let round = 1; round <= size.rounds; round += 1) {
    reportProgress(`${DELIVERIES} deliveries, round ${round} of ${size.rounds}`);
    rates.push(await deliveriesPerSecond(servers, receiver, round));
  }
  results.deliveries = { perSecond: median(rates), ratio: null };
  return results;
}

/** Asks many questions that are due later, and measures how fast they arrive. */
async function deliveriesPerSecond(
  servers: BenchServers,
  receiver: Receiver,
  round: number,
): Promise<number> {
  const token = await notifiedUser(servers, `delayed-${round}`, receiver.url, DELAY_SECONDS);
  receiver.arrivals.length = 0;
  let asked = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const connection = await HttpConnection.open(servers.postgresql.port);
      for (; asked < DELIVERIES; ) {
        asked += 1;
        await connection.send(QUESTION.stepRequest(randomUUID(), token, [], 'Deploy?'));
      }
      connection.close();
    }),
  );
  await receiver.untilSilent((DELAY_SECONDS + 1) * 1000);
  const { arrivals } = receiver;
  if (arrivals.length !== DELIVERIES) throw new Error(`${arrivals.length} of ${DELIVERIES} have arrived`);
  return (1000 * (arrivals.length - 1)) / (arrivals.at(-1)! - arrivals[0]!);
}

interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** When requests came, by `performance.now()`. */
  readonly arrivals: number[];
  /** Resolves when nothing has come for a while. */
  untilSilent(milliseconds: number): Promise<void>;
}

/** Starts a webhook that accepts everything, on the loopback address. */
async function startReceiver(): Promise<Receiver> {
  const arrivals: number[] = [];
  const server = createServer((request, response) => {
    arrivals.push(performance.now());
    request.resume().on('end', () => response.writeHead(204).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrivals,
    async untilSilent(milliseconds) {
      for (let count = -1; count !== arrivals.length; ) {
        count = arrivals.length;
        await sleep(milliseconds);
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Makes a user with a webhook. Returns a token of an agent of that user. */
async function notifiedUser(
  { issuer, postgresql }: BenchServers,
  name: string,
  url: string,
  afterSeconds: number,
): Promise<string> {
  const userId = userIdOf(name);
  const token = await issuer.issue(aGrant({ userId, scope: 'dashboard' }));
  const connection = await HttpConnection.open(postgresql.port);
  const call = async (method: 'POST' | 'PUT', path: string, body: object) => {
    const answer = await connection.send(httpRequest({ method, path: `/api/v1${path}`, token, body }));
    if (answer.status >= 300) throw new Error(`${path} was answered ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body);
  };
  const settings = { url, secret: `whsec_${randomBytes(32).toString('base64')}` };
  const { id } = await call('POST', '/notification-destinations', { channel: 'webhook', settings });
  const rule = { event: 'question', destinations: [id], after_seconds: afterSeconds };
  const rest = { quiet_hours: null, group_seconds: 0, pause_while_active: false };
  await call('PUT', '/notification-rules', { rules: [rule], ...rest });
  connection.close();
  return issuer.issue(aGrant({ userId }));
}
