import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection, httpRequest } from '../load/http-connection.ts';
import { median, percentile } from '../load/percentiles.ts';
import type { BenchNumbers, BenchResults, BenchTable } from '../report/table.ts';
import type { BenchServers } from '../servers/bench-servers.ts';
import { type BenchSize, reportProgress } from '../size.ts';

const PER_SECOND = 50;
/** Sessions of as many users, which take turns. */
const SESSIONS = 25;

const SERVERS = [
  ['postgresql', 'PostgreSQL'],
  ['pglite', 'PGlite'],
] as const;

type Body = (session: string) => { readonly path: string; readonly body: object };

const hookEvent =
  (event: string): Body =>
  (session) => ({
    path: '/hooks/codex',
    body: {
      session_id: session,
      cwd: '/home/dev/project',
      hook_event_name: event,
      model: 'gpt-5.4',
      prompt: 'Fix the tests',
      tool_name: 'Bash',
      tool_input: { command: 'npm test' },
    },
  });

/**
 * How a session begins. The first use of a tool after a prompt loads the instance, and those after it find it
 * in the memory of the process.
 */
const BEGINNING = ['UserPromptSubmit', 'PreToolUse', 'PostToolUse'].map(hookEvent);

const REQUESTS: readonly (readonly [key: string, title: string, request: Body])[] = [
  [
    'step',
    '`POST /messages/agent`, for comparison',
    (session) => ({
      path: '/messages/agent',
      body: { agent_instance_id: session, agent_type: 'codex', content: 'Bash: npm test' },
    }),
  ],
  ['pre-tool-use', 'Hook before a tool', hookEvent('PreToolUse')],
  ['post-tool-use', 'Hook after a tool', hookEvent('PostToolUse')],
];

/** The table about what an agent waits for at each hook that needs no decision. */
export const hooksTable: BenchTable = {
  name: 'hooks',
  labelTitles: [`${PER_SECOND} a second`, 'Store'],
  rows: SERVERS.flatMap(([server, store]) =>
    REQUESTS.map(([key, title]) => ({ key: `${server}-${key}`, labels: [title, store] })),
  ),
  columns: [
    { key: 'p50Ms', title: 'p50 ms', decimals: 1 },
    { key: 'p99Ms', title: 'p99 ms', decimals: 1 },
    { key: 'ratio', title: 'p50 to that of a step', decimals: 2 },
  ],
};

export async function measureHooks(servers: BenchServers, size: BenchSize): Promise<BenchResults> {
  const results: { [row: string]: BenchNumbers } = {};
  for (const [server, store] of SERVERS) {
    const latencies = new Map<string, number[]>();
    for (let round = 1; round <= size.rounds; round += 1) {
      for (const [key, title, request] of REQUESTS) {
        reportProgress(`${title}, ${store}, round ${round} of ${size.rounds}`);
        const measured = await measureLatencies(servers, servers[server].port, request, size.secondsPerRound);
        latencies.set(key, [...(latencies.get(key) ?? []), ...measured]);
      }
    }
    const stepP50 = median(latencies.get('step')!);
    for (const [key, all] of latencies) {
      const p50Ms = median(all);
      results[`${server}-${key}`] = { p50Ms, p99Ms: percentile(all, 0.99), ratio: p50Ms / stepP50 };
    }
  }
  return results;
}

/** Sends requests at a steady rate, whatever the answers take, and returns how long each took in ms. */
async function measureLatencies(
  { tokenOf }: BenchServers,
  port: number,
  request: Body,
  seconds: number,
): Promise<readonly number[]> {
  const sessions = await Promise.all(
    Array.from({ length: SESSIONS }, async (_, nth) => {
      const connection = await HttpConnection.open(port);
      const id = randomUUID();
      const post = async ({ path, body }: ReturnType<Body>) => {
        const text = httpRequest({ method: 'POST', path: `/api/v1${path}`, token: tokenOf(nth), body });
        const startedAt = performance.now();
        const answer = await connection.send(text);
        if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}: ${answer.body}`);
        return performance.now() - startedAt;
      };
      for (const event of BEGINNING) await post(event(id));
      let last: Promise<unknown> = Promise.resolve();
      return {
        /** On one connection an answer must be there before the next request. */
        send: () => {
          const measured = last.then(() => post(request(id)));
          last = measured;
          return measured;
        },
        close: () => connection.close(),
      };
    }),
  );
  const startedAt = performance.now();
  const measured: Promise<number>[] = [];
  for (let sent = 0; sent < seconds * PER_SECOND; sent += 1) {
    await sleep(Math.max(0, startedAt + (sent * 1000) / PER_SECOND - performance.now()));
    measured.push(sessions[sent % SESSIONS]!.send());
  }
  const latencies = await Promise.all(measured);
  for (const { close } of sessions) close();
  return latencies;
}
