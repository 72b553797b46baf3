import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Waiting } from './agents.ts';
import { HttpConnection, httpRequest } from './http-connection.ts';
import { percentile } from './percentiles.ts';
import { residentMiB } from './server-process.ts';

export interface WaitingResult {
  readonly waiters: number;
  readonly statementsPerMinute: number;
  readonly wakeP50: number;
  readonly wakeP99: number;
  readonly residentMiB: number;
  /** What each waiter added to it. */
  readonly kibPerWaiter: number;
}

export interface WaitingOptions {
  readonly port: number;
  readonly pid: number;
  readonly way: Waiting;
  readonly waiters: number;
  readonly idleSeconds: number;
  readonly tokenOf: (nth: number) => string;
  /** Statements the server has sent to the database so far. */
  readonly statements: () => Promise<number>;
}

const API = '/api/v1';
const ANSWER = 'the answer';

/** Agents that wait for an answer: what they cost while nothing happens, and how soon they have it. */
export async function waiting(options: WaitingOptions): Promise<WaitingResult> {
  const { port, pid, way, waiters, idleSeconds, tokenOf, statements } = options;
  const memoryBefore = await residentMiB(pid);
  const agents: {
    instance: string;
    token: string;
    answered: Promise<{ at: number; text: string }>;
    close: () => void;
  }[] = [];
  for (let nth = 0; nth < waiters; nth += 1) {
    const token = tokenOf(nth);
    const instance = randomUUID();
    const connection = await HttpConnection.open(port);
    const { answer } = await way.begin(connection, token, instance);
    const answered = answer.then((text) => ({ at: performance.now(), text }));
    agents.push({ instance, token, answered, close: () => connection.close() });
  }
  await sleep(1_000);
  const before = await statements();
  await sleep(idleSeconds * 1000);
  const idle = (await statements()) - before;
  const memory = await residentMiB(pid);

  const milliseconds: number[] = [];
  // Not earlier: a connection that says nothing is closed by the server.
  const person = await HttpConnection.open(port);
  for (const { instance, token, answered, close } of agents) {
    const body = { agent_instance_id: instance, content: ANSWER, mark_as_read: false };
    const request = httpRequest({ method: 'POST', path: `${API}/messages/user`, token, body });
    const sent = performance.now();
    await person.send(request);
    const { at, text } = await answered;
    if (!text.includes(ANSWER)) throw new Error(`a wait ended without its answer: ${text}`);
    milliseconds.push(at - sent);
    close();
  }
  person.close();
  return {
    waiters,
    statementsPerMinute: (idle * 60) / idleSeconds,
    wakeP50: percentile(milliseconds, 0.5),
    wakeP99: percentile(milliseconds, 0.99),
    residentMiB: memory,
    kibPerWaiter: ((memory - memoryBefore) * 1024) / waiters,
  };
}
