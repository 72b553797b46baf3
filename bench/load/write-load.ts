import { randomUUID } from 'node:crypto';
import { REST, type StepTransport } from './agent-transports.ts';
import { HttpConnection } from './http-connection.ts';
import { percentile } from './percentiles.ts';

export interface LoadResult {
  /** How many steps were answered per second. */
  readonly perSecond: number;
  /** The median of the response times in ms. A response time ends when the whole response has arrived. */
  readonly p50Ms: number;
  /** The 99th percentile of the response times in ms. */
  readonly p99Ms: number;
}

export interface LoadOptions {
  readonly port: number;
  /** How many connections send steps at the same time. */
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** How the steps are sent: over REST by default. */
  readonly transport?: StepTransport;
  /** Returns a token of the n-th user. */
  readonly tokenOf: (nth: number) => string;
}

const STEP_TEXT = 'Refactored the session store; 14 tests pass, 2 are left to look at. '.repeat(3);

/**
 * Opens connections and sends one step after the other on each of them. Each connection acts as one agent
 * instance, and each belongs to a different user. Steps sent while warming up do not count.
 * @throws Error if the server answers a step with an error.
 */
export async function runWriteLoad(options: LoadOptions): Promise<LoadResult> {
  const { port, connections, seconds, warmUpSeconds, tokenOf, transport = REST } = options;
  const agents = await Promise.all(
    Array.from({ length: connections }, async (_, nth) => {
      const connection = await HttpConnection.open(port);
      const token = tokenOf(nth);
      const headers = await transport.open(connection, token);
      const newRequest = () => transport.stepRequest(randomUUID(), token, headers, STEP_TEXT);
      const request = newRequest();
      return { connection, nextRequest: transport.isNewEachTime ? newRequest : () => request };
    }),
  );
  const measureFrom = performance.now() + warmUpSeconds * 1000;
  const measureUntil = measureFrom + seconds * 1000;
  const responseTimesMs: number[] = [];
  await Promise.all(
    agents.map(async ({ connection, nextRequest }) => {
      for (let now = performance.now(); now < measureUntil; ) {
        const sentAt = now;
        const { status, body } = await connection.send(nextRequest());
        if (status !== 200 || body.includes('"isError":true'))
          throw new Error(`The server answered ${status}: ${body}`);
        now = performance.now();
        if (sentAt >= measureFrom && now <= measureUntil) responseTimesMs.push(now - sentAt);
      }
      connection.close();
    }),
  );
  return {
    perSecond: responseTimesMs.length / seconds,
    p50Ms: percentile(responseTimesMs, 0.5),
    p99Ms: percentile(responseTimesMs, 0.99),
  };
}
