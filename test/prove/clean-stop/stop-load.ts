import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpBytes, rawRequest } from '../no-5xx/raw-request.ts';
import type { Random } from '../support/random.ts';
import type { Reply } from '../support/retrying-client.ts';

export interface StopLoadOptions {
  readonly port: number;
  readonly token: string;
  readonly random: Random;
  readonly writers: number;
  readonly waiters: number;
  /** Whether one client sends only a part of its body. */
  readonly withUnfinishedBody: boolean;
}

/** How long the waiters' requests may take to reach the server. */
const ARRIVAL_MS = 300;

/**
 * The clients of a server that is about to be stopped: writers, waiters, idle connections and unfinished
 * requests.
 */
export class StopLoad implements Disposable {
  /** The contents of all acknowledged steps. */
  readonly acknowledged: string[] = [];
  /** The responses that a stopping server must not send. */
  readonly violations: string[] = [];
  waitersAnswered = 0;
  readonly #options: StopLoadOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  readonly #idle: Socket[] = [];
  readonly #working: Promise<void>[] = [];
  #over = false;

  constructor(options: StopLoadOptions) {
    this.#options = options;
  }

  /** Resolves when all clients wait or write. */
  async begin(): Promise<void> {
    const { port, token, random, writers, waiters, withUnfinishedBody } = this.#options;
    const started = Array.from({ length: waiters }, async (_, nth) => {
      const instance = random.fork(`waiter ${nth}`).uuid();
      const first = await this.#post('/messages/agent', stepOf(instance, `begun ${instance}`));
      const cursor = JSON.parse(first.body).message_id as string;
      return { instance, cursor, nth };
    });
    for (const waiter of await Promise.all(started)) this.#working.push(this.#wait(waiter));
    for (let nth = 0; nth < writers; nth += 1) this.#working.push(this.#write(random.fork(`writer ${nth}`)));
    const whole = httpBytes(rawRequest(token, { body: stepOf(random.uuid(), 'never whole') }));
    const firstLine = whole.subarray(0, 60);
    this.#linger(port, Buffer.alloc(0));
    this.#linger(port, firstLine);
    if (withUnfinishedBody) this.#linger(port, whole.subarray(0, -5));
    await sleep(ARRIVAL_MS);
  }

  /** Stops the writers, and resolves when every client has its answer or a closed connection. */
  async end(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#working);
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#agent.destroy();
    for (const socket of this.#idle) socket.destroy();
  }

  async #write(random: Random): Promise<void> {
    const instance = random.uuid();
    for (let nth = 0; !this.#over; nth += 1) {
      const content = `step ${nth} of ${instance}`;
      const reply = await this.#post('/messages/agent', stepOf(instance, content)).catch(() => null);
      // The connection was refused or closed, so it is unknown whether the step was stored.
      if (reply === null) return;
      if (reply.status === 200) this.acknowledged.push(content);
      else this.violations.push(`a step was answered ${reply.status}: ${reply.body}`);
    }
  }

  async #wait({ instance, cursor, nth }: { instance: string; cursor: string; nth: number }): Promise<void> {
    const asked = { agent_instance_id: instance, last_read_message_id: cursor, wait: 300 };
    const key = nth % 2 === 0 ? `wait ${instance}` : null;
    try {
      const { status, body } = await this.#post('/messages/pending', asked, key);
      const { status: found, messages } = JSON.parse(body) as { status?: unknown; messages?: unknown[] };
      if (status === 200 && found === 'ok' && messages?.length === 0) this.waitersAnswered += 1;
      else this.violations.push(`a waiter was answered ${status}: ${body}`);
    } catch (error) {
      this.violations.push(`a waiter got no answer: ${error}`);
    }
  }

  #linger(port: number, bytes: Buffer): void {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.resume();
    if (bytes.length > 0) socket.write(bytes);
    this.#idle.push(socket);
  }

  #post(path: string, body: object, key: string | null = null): Promise<Reply> {
    const { port, token } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const sent = request({
      agent: this.#agent,
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: `/api/v1${path}`,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(key === null ? {} : { 'idempotency-key': key }),
      },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on('error', reject);
    });
    sent.end(JSON.stringify(body));
    return promise;
  }
}

const stepOf = (agent_instance_id: string, content: string) => ({
  agent_instance_id,
  agent_type: 'prover',
  content,
});
