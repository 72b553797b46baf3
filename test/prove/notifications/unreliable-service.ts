import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Random } from '../support/random.ts';
import type { Arrival, Arrivals, Channel } from './arrivals.ts';

const FAULTS = ['500', '503', 'hang up before', 'hang up after'] as const;
type Fault = (typeof FAULTS)[number];
const FAULT_SHARE = 1 / 3;
/** With more of one message, the pauses between its attempts would be longer than the proof. */
const MAX_FAULTS_OF_A_MESSAGE = 2;

/** What the proof reads of a message. */
export type ReadMessage = (body: string) => Pick<Arrival, 'id' | 'work' | 'answerUrls'>;

interface Options {
  readonly channel: Channel;
  /** The address of the service that this one stands before. */
  readonly target: string;
  readonly readMessage: ReadMessage;
  readonly arrivals: Arrivals;
  readonly random: Random;
}

/** Stands before a service, and fails for a third of the requests, sometimes after the service accepted. */
export class UnreliableService implements AsyncDisposable {
  /** How often it failed, by the kind of the fault. */
  readonly faults = new Map<Fault, number>();
  /** What the service refused. */
  readonly refusals: string[] = [];
  readonly #options: Options;
  readonly #messages = new Map<string, { readonly attempts: number; readonly faults: number }>();
  readonly #server = createServer((request, response) => {
    // Its sender was killed while it sent.
    this.#receive(request, response).catch(() => response.destroy());
  });

  private constructor(options: Options) {
    this.#options = options;
  }

  static async start(options: Options): Promise<UnreliableService> {
    const service = new UnreliableService(options);
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  /** Without a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const body = await text(request);
    const { channel, target, readMessage, arrivals } = this.#options;
    const message = readMessage(body);
    const fault = this.#nextFault(`${message.work} ${message.id}`);
    if (fault !== null) this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    if (fault === '500') response.writeHead(500).end('It broke');
    else if (fault === '503') response.writeHead(503, { 'retry-after': '1' }).end();
    else if (fault === 'hang up before') response.destroy();
    else {
      const headers = Object.entries(request.headers).filter(([name]) => FORWARDED.test(name));
      const path = request.url ?? '/';
      const given = await fetch(`${target}${path}`, {
        method: request.method ?? '',
        headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
        body,
      });
      const givenText = await given.text();
      if (!given.ok) this.refusals.push(`${given.status} ${givenText}: ${body}`);
      const isUnanswered = fault !== null || response.destroyed || request.socket.destroyed;
      if (given.ok) arrivals.add({ ...message, channel, at, isUnanswered });
      if (fault !== null) response.destroy();
      else response.writeHead(given.status).end(givenText === '' ? undefined : givenText);
    }
  }

  #nextFault(key: string): Fault | null {
    const { attempts, faults } = this.#messages.get(key) ?? { attempts: 0, faults: 0 };
    const random = this.#options.random.fork(`${key} ${attempts}`);
    const fails = faults < MAX_FAULTS_OF_A_MESSAGE && random.chance(FAULT_SHARE);
    this.#messages.set(key, { attempts: attempts + 1, faults: faults + (fails ? 1 : 0) });
    return fails ? random.oneOf(FAULTS) : null;
  }
}

const FORWARDED = /^(?:content-type|authorization|webhook-.*)$/;
