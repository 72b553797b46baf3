import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { QUESTION, taskPollRequest } from '../load/agent-transports.ts';
import { HttpConnection } from '../load/http-connection.ts';
import { percentile } from '../load/percentiles.ts';
import type { BenchResults, BenchTable } from '../report/table.ts';
import type { BenchServers } from '../servers/bench-servers.ts';
import { processorMs } from '../servers/server-process.ts';
import { type BenchSize, reportProgress } from '../size.ts';

const TASK_COUNT = 10_000;
const POLL_INTERVAL_MS = 5_000;
const CONNECTION_COUNT = 50;

/** The table about MCP tasks whose clients poll: what they cost the server while nothing happens. */
export const polledTasksTable: BenchTable = {
  name: 'polledTasks',
  labelTitles: ['Open tasks', 'Polled every'],
  rows: [
    {
      key: 'tasks',
      labels: [TASK_COUNT.toLocaleString('en-GB'), `${POLL_INTERVAL_MS / 1_000} s`],
    },
  ],
  columns: [
    { key: 'pollsPerSecond', title: 'Polls/s', decimals: 0 },
    { key: 'statementsPerSecond', title: 'Statements/s', decimals: 0 },
    // Other programs on the machine hardly change the processor time.
    { key: 'percentOfOneCore', title: "Server's processor time, % of one core", decimals: 0 },
    { key: 'p50Ms', title: 'p50 ms', decimals: 1 },
    { key: 'p99Ms', title: 'p99 ms', decimals: 1 },
  ],
};

interface OpenTask {
  readonly id: string;
  readonly token: string;
}

export async function measurePolledTasks(servers: BenchServers, size: BenchSize): Promise<BenchResults> {
  const { port, pid } = servers.postgresql;
  reportProgress(`asking ${TASK_COUNT} questions`);
  const connections = await Promise.all(
    Array.from({ length: CONNECTION_COUNT }, () => HttpConnection.open(port)),
  );
  const tasks = await Promise.all(
    connections.map((connection, nth) =>
      askQuestions(connection, servers, TASK_COUNT / CONNECTION_COUNT, nth),
    ),
  );
  reportProgress(`polling them for ${size.idleSeconds} s`);
  // A round polls each task once.
  await pollAll(connections, tasks, 1);
  const rounds = Math.ceil((size.idleSeconds * 1_000) / POLL_INTERVAL_MS);
  const [statementsBefore, processorBefore, startedAt] = [
    await servers.countStatements(),
    await processorMs(pid),
    performance.now(),
  ];
  const pollTimesMs = await pollAll(connections, tasks, rounds);
  const seconds = (performance.now() - startedAt) / 1_000;
  const processorTimeMs = (await processorMs(pid)) - processorBefore;
  const statementCount = (await servers.countStatements()) - statementsBefore;
  for (const connection of connections) connection.close();
  return {
    tasks: {
      pollsPerSecond: pollTimesMs.length / seconds,
      statementsPerSecond: statementCount / seconds,
      percentOfOneCore: processorTimeMs / seconds / 10,
      p50Ms: percentile(pollTimesMs, 0.5),
      p99Ms: percentile(pollTimesMs, 0.99),
    },
  };
}

/** Asks questions of different users, each in an instance of its own. */
async function askQuestions(
  connection: HttpConnection,
  servers: BenchServers,
  count: number,
  nth: number,
): Promise<readonly OpenTask[]> {
  const tasks: OpenTask[] = [];
  for (let asked = 0; asked < count; asked += 1) {
    const token = servers.tokenOf((nth * count + asked) % 1_000);
    const { body } = await connection.send(QUESTION.stepRequest(randomUUID(), token, [], 'Deploy?'));
    tasks.push({ id: JSON.parse(body).message_id, token });
  }
  return tasks;
}

/** Polls the tasks of each connection, evenly over the interval. Returns how long each poll took. */
async function pollAll(
  connections: readonly HttpConnection[],
  tasks: readonly (readonly OpenTask[])[],
  rounds: number,
): Promise<number[]> {
  const timesMs: number[] = [];
  await Promise.all(
    connections.map(async (connection, nth) => {
      const own = tasks[nth]!;
      const pauseMs = POLL_INTERVAL_MS / own.length;
      let nextAt = performance.now() + (pauseMs * nth) / connections.length;
      for (let round = 0; round < rounds; round += 1) {
        for (const { id, token } of own) {
          await sleep(Math.max(0, nextAt - performance.now()));
          nextAt += pauseMs;
          const sentAt = performance.now();
          const { body } = await connection.send(taskPollRequest(id, token));
          timesMs.push(performance.now() - sentAt);
          if (!body.includes('"working"')) throw new Error(`a poll failed: ${body}`);
        }
      }
    }),
  );
  return timesMs;
}
