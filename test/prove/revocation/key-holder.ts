import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../support/random.ts';
import type { RetryingClient } from '../support/retrying-client.ts';

/** How long one call waits, in seconds. The waiter then calls again. */
const WAIT_SECONDS = 20;
/** The pause between two uses at one server. */
const PAUSE_MS = { least: 200, most: 800 } as const;

/** One use of a key. Times are by `performance.now()`. */
export interface KeyUse {
  readonly sentAt: number;
  readonly answeredAt: number;
  /** 0 if the connection broke. */
  readonly status: number;
}

export interface KeyHolderOptions {
  readonly id: string;
  readonly token: string;
  readonly ports: readonly number[];
  readonly client: RetryingClient;
  readonly random: Random;
}

/** An agent that uses its key at every server in every way at once, and records the answers. */
export class KeyHolder {
  readonly id: string;
  readonly token: string;
  readonly uses: KeyUse[] = [];
  /** When the open wait was refused, by port. */
  readonly waitsRefused = new Map<number, number>();
  /** When the stream of the MCP session ended, by port. */
  readonly streamsEnded = new Map<number, number>();
  /** When the revocation of the key was acknowledged. Null: the key is not revoked. */
  revokedAt: number | null = null;
  readonly #options: KeyHolderOptions;
  #over = false;
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: KeyHolderOptions) {
    this.id = options.id;
    this.token = options.token;
    this.#options = options;
  }

  /**
   * Starts to use the key. Resolves when waits and streams are open at every server. Continues until `stop`.
   */
  async begin(): Promise<void> {
    const { ports } = this.#options;
    const streams = await Promise.all(ports.map((port) => this.#openStream(port)));
    this.#work = Promise.all(
      [
        ...streams,
        ...ports.map((port) => this.#keepUsing(port)),
        ...ports.map((port) => this.#keepWaiting(port)),
      ].map((work) => Promise.resolve(work).catch(() => {})),
    );
  }

  async stop(): Promise<void> {
    this.#over = true;
    await Promise.race([this.#work, sleep(1_000)]);
  }

  async #keepUsing(port: number): Promise<void> {
    const { random } = this.#options;
    while (!this.#over) {
      this.uses.push(await this.#call(port, '/auth/verify'));
      await sleep(random.between(PAUSE_MS.least, PAUSE_MS.most));
    }
  }

  async #keepWaiting(port: number): Promise<void> {
    const { random, client, token } = this.#options;
    const instance = random.fork(port).uuid();
    const body = { agent_instance_id: instance, agent_type: 'prover', content: 'begins' };
    const begun = { method: 'POST', path: '/messages/agent', token, key: instance, body } as const;
    const { message_id: cursor } = JSON.parse((await client.once(begun, port)).body);
    const query = `agent_instance_id=${instance}&last_read_message_id=${cursor}&wait=${WAIT_SECONDS}`;
    while (!this.#over) {
      const { status, answeredAt } = await this.#call(port, `/messages/pending?${query}`);
      if (status === 401) {
        this.waitsRefused.set(port, answeredAt);
        return;
      }
      if (status !== 200) await sleep(100);
    }
  }

  async #call(port: number, path: string): Promise<KeyUse> {
    const { client, token } = this.#options;
    const sentAt = performance.now();
    const reply = await client.once({ method: 'GET', path, token, key: null }, port).catch(() => null);
    return { sentAt, answeredAt: performance.now(), status: reply?.status ?? 0 };
  }

  async #openStream(port: number): Promise<() => Promise<void>> {
    const { token } = this.#options;
    const url = `http://127.0.0.1:${port}/mcp`;
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'prover', version: '1' },
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
    const opened = await fetch(url, { method: 'POST', headers, body });
    await opened.text();
    const session = opened.headers.get('mcp-session-id')!;
    const stream = await fetch(url, { headers: { ...headers, 'mcp-session-id': session } });
    if (stream.status !== 200) throw new Error(`no stream: ${stream.status}`);
    const ended = stream
      .body!.pipeTo(new WritableStream())
      .catch(() => {})
      .then(() => {
        this.streamsEnded.set(port, performance.now());
      });
    return () => ended;
  }
}
