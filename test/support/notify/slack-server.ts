import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { type WebSocket, WebSocketServer } from 'ws';
import { LoopbackServer } from './loopback-server.ts';

export const SLACK_BOT_TOKEN = 'xoxb-test-bot-token';
export const SLACK_APP_TOKEN = 'xapp-test-app-token';
const BOT_USER = 'UBOT00001';
/** How long Slack waits for an envelope to be acknowledged. */
const ACKNOWLEDGE_MS = 3_000;

export interface Block {
  readonly type: string;
  readonly text?: { readonly type: string; readonly text: string };
  readonly elements?: readonly {
    readonly type: string;
    readonly action_id?: string;
    readonly text?: { readonly text: string } | string;
    readonly value?: string;
  }[];
}

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  /** Who alone sees it; null: everybody. */
  readonly onlyFor: string | null;
  text: string;
  blocks: readonly Block[];
}

type Fields = { readonly [name: string]: string };

/** Slack's Web API and Socket Mode, as far as the channel uses them. */
export class SlackServer extends LoopbackServer {
  readonly messages: SlackMessage[] = [];
  /** Each message as it was sent, and as it was changed later. */
  readonly history: SlackMessage[] = [];
  readonly channels = new Set(['C0123456789', 'D0000000042']);
  /** The error that the next call of a method is refused with. */
  readonly errors = new Map<string, string>();
  /** The seconds after which a method that is called too often may be called again. */
  readonly rateLimits = new Map<string, number>();
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #unacknowledged = new Map<string, NodeJS.Timeout>();
  #nextId = 1;

  static async start(): Promise<SlackServer> {
    return new SlackServer(await LoopbackServer.listen());
  }

  private constructor(server: Server) {
    super(server);
    this.handleWith(async (req, res) => {
      const method = (req.url ?? '').replace('/api/', '');
      const fields = Object.fromEntries(new URLSearchParams(await textOf(req)));
      const seconds = this.rateLimits.get(method);
      if (seconds !== undefined) {
        res.writeHead(429, { 'Retry-After': seconds }).end('{"ok":false,"error":"ratelimited"}');
        return;
      }
      const error = this.errors.get(method);
      const token = method === 'apps.connections.open' ? SLACK_APP_TOKEN : SLACK_BOT_TOKEN;
      const isAllowed = req.headers.authorization === `Bearer ${token}`;
      if (error !== undefined || !isAllowed) send(res, { ok: false, error: error ?? 'invalid_auth' });
      else send(res, this.#call(method, fields));
    });
    server.on('upgrade', (req, socket, head) => {
      this.demand(req.url === '/link', 'the websocket has another address than apps.connections.open said');
      this.#sockets.handleUpgrade(req, socket, head, (webSocket) => this.#greet(webSocket));
    });
  }

  get apiUrl(): string {
    return `${this.url}/api/`;
  }

  get connections(): number {
    return this.#sockets.clients.size;
  }

  get lastMessage(): SlackMessage {
    return this.messages.at(-1)!;
  }

  /** The envelopes that were not acknowledged yet. */
  get unacknowledged(): number {
    return this.#unacknowledged.size;
  }

  /** A person clicks a button. */
  click({ channel, ts, text, blocks }: SlackMessage, value: string, user = 'U042'): void {
    this.#sendEnvelope('interactive', {
      type: 'block_actions',
      user: { id: user },
      channel: { id: channel },
      message: { type: 'message', user: BOT_USER, ts, text, blocks },
      actions: [{ type: 'button', action_id: 'answer-0', value }],
    });
  }

  /** A person writes a message, in a thread or not. */
  say(channel: string, text: string, event: { readonly [name: string]: string | undefined } = {}): void {
    const ts = this.#newTs();
    this.#sendEnvelope('events_api', {
      type: 'event_callback',
      event: { type: 'message', channel, user: 'U042', text, ts, ...event },
    });
  }

  /** A person writes in the thread of a message. */
  reply({ channel, ts }: SlackMessage, text: string, event = {}): void {
    this.say(channel, text, { thread_ts: ts, parent_user_id: BOT_USER, ...event });
  }

  /** Asks the clients to connect again, as Slack does every few hours. */
  refresh(): void {
    for (const client of this.#sockets.clients)
      client.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }));
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#unacknowledged.values()) clearTimeout(timer);
    for (const client of this.#sockets.clients) client.terminate();
    await super[Symbol.asyncDispose]();
  }

  async #greet(webSocket: WebSocket): Promise<void> {
    webSocket.send(JSON.stringify({ type: 'hello', num_connections: this.connections }));
    webSocket.on('message', (data) => {
      const { envelope_id: id } = JSON.parse(String(data)) as { envelope_id: string };
      this.demand(this.#unacknowledged.has(id), `${id} was acknowledged, but is unknown or too old`);
      clearTimeout(this.#unacknowledged.get(id));
      this.#unacknowledged.delete(id);
    });
    await once(webSocket, 'close');
  }

  #sendEnvelope(type: string, payload: object): void {
    const id = `envelope-${this.#nextId++}`;
    const isLate = () => {
      this.#unacknowledged.delete(id);
      this.violations.push(`${id} was not acknowledged within 3 s`);
    };
    this.#unacknowledged.set(id, setTimeout(isLate, ACKNOWLEDGE_MS));
    const [client] = this.#sockets.clients;
    this.demand(client !== undefined, 'nobody is connected');
    const envelope = { envelope_id: id, type, accepts_response_payload: false, payload };
    client?.send(JSON.stringify(envelope));
  }

  #call(method: string, fields: Fields): object {
    if (method === 'apps.connections.open')
      return { ok: true, url: `${this.url.replace('http', 'ws')}/link` };
    if (method === 'auth.test') return { ok: true, user_id: BOT_USER, bot_id: 'B01' };
    if (method === 'chat.update') return this.#update(fields);
    this.demand(['chat.postMessage', 'chat.postEphemeral'].includes(method), `unknown method ${method}`);
    return this.#post(fields);
  }

  #post({ channel = '', text = '', blocks = '[]', thread_ts, user }: Fields): object {
    // A message to a person goes to the conversation of the bot and the person.
    const place = channel.startsWith('U') ? 'D0000000042' : channel;
    if (!this.channels.has(place)) return { ok: false, error: 'channel_not_found' };
    const message = { channel: place, ts: this.#newTs(), text };
    const audience = { threadTs: thread_ts ?? null, onlyFor: user ?? null };
    this.messages.push({ ...message, ...audience, blocks: this.#checkedBlocks(blocks, text) });
    this.history.push({ ...this.lastMessage });
    return { ok: true, channel: place, ts: message.ts };
  }

  #update({ channel, ts, text = '', blocks = '[]' }: Fields): object {
    const message = this.messages.find((sent) => sent.channel === channel && sent.ts === ts);
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    message.text = text;
    message.blocks = this.#checkedBlocks(blocks, text);
    this.history.push({ ...message });
    return { ok: true, channel, ts };
  }

  #checkedBlocks(json: string, text: string): readonly Block[] {
    const blocks = JSON.parse(json) as readonly Block[];
    this.demand(text.length > 0 && text.length <= 40_000, 'a message needs a text');
    this.demand(blocks.length <= 50, 'too many blocks');
    this.demand(!/<!|<@/.test(text), 'a text mentions people');
    for (const { type, text: own, elements = [] } of blocks) {
      const maxLength = type === 'header' ? 150 : 3_000;
      this.demand((own?.text.length ?? 1) >= 1 && (own?.text.length ?? 0) <= maxLength, `length of ${type}`);
      if (type !== 'actions') continue;
      this.demand(elements.length >= 1 && elements.length <= 25, `${elements.length} buttons in a block`);
      const ids = new Set(elements.map(({ action_id }) => action_id));
      this.demand(ids.size === elements.length, 'two buttons have one id');
      for (const { text: label, value = '' } of elements) {
        const length = typeof label === 'object' ? label.text.length : 0;
        this.demand(length >= 1 && length <= 75 && value.length <= 2_000, 'the length of a button');
      }
    }
    return blocks;
  }

  readonly #newTs = (): string => `1700000000.${String(this.#nextId++).padStart(6, '0')}`;
}

function send(res: ServerResponse, body: object): void {
  res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
