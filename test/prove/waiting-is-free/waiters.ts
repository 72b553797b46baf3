import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenPromise } from '../proof.ts';
import type { Random } from '../support/random.ts';
import { RetryingClient } from '../support/retrying-client.ts';

/** How long one call waits, in seconds. The waiter then calls again. */
const WAIT_SECONDS = 300;
/** Longer than any waiter may take. A waiter that is still asleep then counts as lost. */
const FORGOTTEN_MS = 40_000;
const AT_ONCE = 32;
const RACES_AT_ONCE = 4;

interface Waiter {
  readonly instance: string;
  /** The port of the other process, at which this agent does not wait. */
  readonly otherPort: number;
  /** Resolves when its message arrives, with the time by `performance.now()`. */
  readonly woken: Promise<number>;
}

/** Agents that each wait for a message with one call, and the user who writes to them. */
export class Waiters implements Disposable {
  readonly #ports: readonly number[];
  readonly #token: string;
  readonly #random: Random;
  readonly #client: RetryingClient;
  readonly #agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  #asleep: Waiter[] = [];
  #woken = 0;
  #over = false;

  constructor(ports: readonly number[], token: string, random: Random) {
    this.#ports = ports;
    this.#token = token;
    this.#random = random;
    this.#client = new RetryingClient(ports);
  }

  get asleep(): number {
    return this.#asleep.length;
  }

  get woken(): number {
    return this.#woken;
  }

  /** Lets `count` more agents wait at the `nth` process. */
  async add(count: number, nth: number): Promise<void> {
    const numbers = Array.from({ length: count }, (_, at) => at).values();
    const addSome = async () => {
      for (const _ of numbers) this.#asleep.push(await this.#begin(nth));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, addSome));
  }

  /**
   * Writes to `count` random waiters, at the process where they do not wait.
   * @returns for each, the milliseconds from the acknowledgement of the message to its arrival.
   */
  answer(count: number): Promise<number[]> {
    const mixed = this.#random.shuffled(this.#asleep);
    const some = mixed.splice(0, count);
    this.#asleep = mixed;
    return Promise.all(some.map((waiter) => this.#answer(waiter)));
  }

  /**
   * Lets `count` agents begin to wait and writes to each at the same moment. Some messages then arrive after
   * the server has looked for messages and before it waits.
   * @returns the same as `answer`.
   */
  async race(count: number): Promise<number[]> {
    const milliseconds: number[] = [];
    const numbers = Array.from({ length: count }, (_, at) => at).values();
    const raceSome = async () => {
      for (const nth of numbers) {
        const waiter = await this.#begin(nth % this.#ports.length);
        await sleep(this.#random.between(0, 12));
        milliseconds.push(await this.#answer(waiter));
      }
    };
    await Promise.all(Array.from({ length: RACES_AT_ONCE }, raceSome));
    return milliseconds;
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#client[Symbol.dispose]();
    this.#agent.destroy();
  }

  async #answer({ instance, otherPort, woken }: Waiter): Promise<number> {
    const { status, body } = await this.#client.once(
      {
        method: 'POST',
        path: '/messages/user',
        token: this.#token,
        key: `answer ${instance}`,
        body: { agent_instance_id: instance, content: 'go on', mark_as_read: false },
      },
      otherPort,
    );
    if (status !== 200) throw new BrokenPromise(`the answer was refused with ${status}: ${body}`);
    const acknowledged = performance.now();
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new BrokenPromise(`the waiter on ${instance} has not been woken in ${FORGOTTEN_MS} ms`)),
      FORGOTTEN_MS,
    );
    const arrived = await Promise.race([woken, promise]);
    clearTimeout(timer);
    this.#woken += 1;
    return Math.max(0, arrived - acknowledged);
  }

  async #begin(nth: number): Promise<Waiter> {
    const instance = this.#random.uuid();
    const call = {
      method: 'POST',
      path: '/messages/agent',
      token: this.#token,
      key: `ask ${instance}`,
      body: { agent_instance_id: instance, agent_type: 'prover', content: '?', requires_user_input: true },
    } as const;
    const { body } = await this.#client.call(call, this.#random);
    const cursor = String(JSON.parse(body).message_id);
    const woken = this.#wait(instance, cursor, this.#ports[nth]!);
    woken.catch(() => {});
    return { instance, otherPort: this.#ports[(nth + 1) % this.#ports.length]!, woken };
  }

  async #wait(instance: string, cursor: string, port: number): Promise<number> {
    const query = `agent_instance_id=${instance}&last_read_message_id=${cursor}&wait=${WAIT_SECONDS}`;
    while (!this.#over) {
      const body = await this.#read(`/api/v1/messages/pending?${query}`, port);
      const { messages } = JSON.parse(body) as { messages?: unknown[] };
      if (messages?.length === 1) return performance.now();
      if (messages === undefined) throw new BrokenPromise(`a waiter was answered ${body}`);
    }
    throw new Error('The proof is over');
  }

  #read(path: string, port: number): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const headers = { authorization: `Bearer ${this.#token}` };
    const sent = get({ agent: this.#agent, host: '127.0.0.1', port, path, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve(body));
      response.on('error', reject);
    });
    sent.on('error', reject);
    return promise;
  }
}
