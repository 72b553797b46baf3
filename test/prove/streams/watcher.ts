import { type Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../support/random.ts';
import { EventReader } from './event-reader.ts';

/** Which stream to watch, and at which server. */
export interface Watched {
  readonly port: number;
  readonly token: string;
  /** Null for the stream of all of the user's instances. */
  readonly instance: string | null;
}

/**
 * A dashboard that follows one stream and resumes it with its last event id. It records each message that it
 * missed or received twice.
 */
export class Watcher {
  readonly watched: Watched;
  /** The errors that break the promise. */
  readonly evidence: string[] = [];
  /** The position of the newest known message, by instance. */
  readonly known = new Map<string, number>();
  /** How many of the watcher's open streams have ended. */
  closings = 0;
  resyncs = 0;
  readonly #agent: Agent;
  readonly #random: Random;
  /**
   * The position up to which the watcher has read a conversation itself. The stream may send these messages
   * again.
   */
  readonly #read = new Map<string, number>();
  #lastId = '';
  #response: IncomingMessage | null = null;
  #isStalled = false;
  #over = false;
  #work: Promise<void> = Promise.resolve();

  constructor(watched: Watched, agent: Agent, random: Random) {
    this.watched = watched;
    this.#agent = agent;
    this.#random = random;
  }

  /** Follows the stream until `close`. Resolves when it is connected for the first time. */
  async start(): Promise<void> {
    const connected = Promise.withResolvers<void>();
    void this.#run(connected.resolve);
    await connected.promise;
  }

  /** Stops reading. */
  stall(): void {
    this.#isStalled = true;
    this.#response?.pause();
  }

  resume(): void {
    this.#isStalled = false;
    this.#response?.resume();
  }

  close(): void {
    this.#over = true;
    this.#response?.destroy();
  }

  async #run(connected: () => void): Promise<void> {
    while (!this.#over) {
      await this.#follow(connected).catch(() => {});
      await this.#work;
      await sleep(this.#random.between(20, 1_000));
    }
  }

  /** Resolves when the stream has ended for any reason. */
  async #follow(connected: () => void): Promise<void> {
    const { instance } = this.watched;
    const response = await this.#get(
      instance === null ? '/events' : `/agent-instances/${instance}/messages/stream`,
      this.#lastId === '' ? {} : { 'last-event-id': this.#lastId },
    );
    if (response.statusCode !== 200) {
      response.resume();
      if ((response.statusCode ?? 500) < 500) this.evidence.push(`answered ${response.statusCode}`);
      return;
    }
    this.#response = response;
    if (this.#isStalled) response.pause();
    const reader = new EventReader((id, type, data) => {
      this.#lastId = id;
      if (type === 'connected') connected();
      // Events are handled one after another: after a resync, the conversation is read again first.
      this.#work = this.#work.then(() => this.#take(type, data)).catch(() => {});
    });
    response.setEncoding('utf8').on('data', (text: string) => reader.read(text));
    response.on('error', () => {});
    await new Promise<void>((resolve) => response.once('close', resolve));
    this.closings += 1;
  }

  async #take(type: string, data: string): Promise<void> {
    if (type === 'resync') return this.#readAgain();
    if (type !== 'message') return;
    const { agent_instance_id: id, position } = JSON.parse(data) as {
      agent_instance_id: string;
      position: number;
    };
    const known = this.known.get(id) ?? 0;
    if (position === known + 1) this.known.set(id, position);
    else if (position > known) this.evidence.push(`${position} came after ${known} in ${id}`);
    else if (position > (this.#read.get(id) ?? 0)) this.evidence.push(`${position} came twice in ${id}`);
  }

  async #readAgain(): Promise<void> {
    this.resyncs += 1;
    for (;;) {
      const instances = await this.#list().catch(() => null);
      for (const { id, chat_length: length } of instances ?? []) {
        this.#read.set(id, length);
        this.known.set(id, Math.max(length, this.known.get(id) ?? 0));
      }
      if (instances !== null || this.#over) return;
      await sleep(100);
    }
  }

  async #list(): Promise<{ id: string; chat_length: number }[]> {
    const response = await this.#get('/agent-instances?limit=200', {});
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += part;
    if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}`);
    return JSON.parse(text);
  }

  #get(path: string, headers: { readonly [name: string]: string }): Promise<IncomingMessage> {
    const { port, token } = this.watched;
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    get(
      {
        agent: this.#agent,
        host: '127.0.0.1',
        port,
        path: `/api/v1${path}`,
        headers: { authorization: `Bearer ${token}`, ...headers },
      },
      resolve,
    ).on('error', reject);
    return promise;
  }
}
