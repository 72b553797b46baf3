import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { ApiKey } from '../../../web/src/model/wire.ts';
import { type Event, FakeState } from './fake-state.ts';
import type { Served } from './served.ts';

const DIST = join(import.meta.dirname, '../../../web/dist');
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

interface Reply {
  readonly status: number;
  readonly body: object | null;
  readonly headers?: { readonly [name: string]: string };
}

const ok = (body: object | null): Reply => ({ status: body === null ? 204 : 200, body });
const problem = (status: number, code: string, detail: string, more: object = {}): Reply => ({
  status,
  body: { type: 'about:blank', title: code, status, code, detail, ...more },
});

/** Speaks the contract of the people's side, and as much of the agents' as the tests need, from memory. */
export class FakeServer implements Served {
  readonly state = new FakeState();
  readonly agentToken = 'agent-token';
  readonly dashboardToken = 'dashboard-token';
  #http: Server | null = null;
  #port = 0;
  #codes = new Set<string>();
  #session = randomUUID();

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The link that a server prints; each can be used once. */
  signInLink(): string {
    const code = randomUUID();
    this.#codes.add(code);
    return `${this.url}/#code=${code}`;
  }

  async start(port = this.#port): Promise<void> {
    this.#http = createServer((request, response) => void this.#serve(request, response));
    this.#http.listen(port, '127.0.0.1');
    await once(this.#http, 'listening');
    this.#port = (this.#http.address() as AddressInfo).port;
  }

  /** All connections are cut, as by a crash. */
  async stop(): Promise<void> {
    const http = this.#http;
    if (http === null) return;
    this.#http = null;
    http.close();
    http.closeAllConnections();
    await once(http, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    if (!url.pathname.startsWith('/api/')) return this.#file(url.pathname, response);
    const route = `${request.method} ${url.pathname.slice('/api/v1'.length)}`;
    if (route === 'GET /events') return this.#stream(request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    const key = request.headers['idempotency-key'] as string | undefined;
    const repeated = key === undefined ? undefined : this.state.replies.get(key);
    const reply: Reply = repeated ?? (await this.#answer(route, url, body, request));
    if (key !== undefined && reply.status < 300)
      this.state.replies.set(key, { status: reply.status, body: reply.body });
    response.writeHead(reply.status, {
      'content-type': reply.status < 400 ? 'application/json' : 'application/problem+json',
      'cache-control': 'no-store',
      ...reply.headers,
    });
    response.end(reply.body === null ? undefined : JSON.stringify(reply.body));
  }

  async #answer(
    route: string,
    url: URL,
    body: Record<string, unknown>,
    request: IncomingMessage,
  ): Promise<Reply> {
    const person = { success: true, user_id: 'local', display_name: null, email: null, expires_at: null };
    if (route === 'GET /auth/options') return ok({ identity_provider: null });
    if (route === 'POST /auth/session') {
      const right = body.token === this.dashboardToken || this.#codes.delete(String(body.code));
      if (!right) return problem(401, 'unauthenticated', 'The token is missing or not valid.');
      return {
        ...ok(person),
        headers: { 'set-cookie': `session=${this.#session}; HttpOnly; SameSite=Strict; Path=/` },
      };
    }
    const byCookie = request.headers.cookie?.includes(this.#session) ?? false;
    if (!byCookie && !request.headers.authorization) {
      return problem(401, 'unauthenticated', 'The token is missing or not valid.');
    }
    if (byCookie && request.method !== 'GET' && request.headers['x-requested-with'] !== 'agent-dashboard') {
      return problem(403, 'csrf', 'Send the header X-Requested-With.');
    }
    if (route === 'DELETE /auth/session') {
      this.#session = randomUUID();
      return ok(null);
    }
    if (route === 'GET /auth/verify') return ok(person);
    if (route.includes('/api-keys')) return this.#keys(route, body);
    if (/ \/(messages|sessions)\//.test(route)) return this.#agent(route, body, request);
    return this.#instances(route, url, body);
  }

  #instances(route: string, url: URL, body: Record<string, unknown>): Reply {
    const { state } = this;
    if (route === 'GET /agent-instances') {
      const status = url.searchParams.get('status');
      const from = Number(url.searchParams.get('cursor') ?? 0);
      const limit = Number(url.searchParams.get('limit') ?? 50);
      const all = [...state.instances.values()]
        .map(({ overview }) => overview)
        .filter((overview) => (status === null ? overview.status !== 'DELETED' : overview.status === status))
        .reverse();
      const link: { [name: string]: string } =
        from + limit < all.length
          ? { link: `</api/v1/agent-instances?limit=${limit}&cursor=${from + limit}>; rel="next"` }
          : {};
      return { status: 200, body: all.slice(from, from + limit), headers: link };
    }
    const [, method, id, rest] = /^(\w+) \/agent-instances\/([^/]+)(.*)$/.exec(route) ?? [];
    const stored = state.instances.get(id ?? '');
    if (stored === undefined) return problem(404, 'agent_instance_not_found', 'Agent instance not found');
    const page = (limit: number) => {
      const before = url.searchParams.get('before_message_id');
      const end =
        before === null ? stored.messages.length : stored.messages.findIndex(({ id }) => id === before);
      return stored.messages.slice(Math.max(0, end - limit), end);
    };
    switch (`${method} ${rest}`) {
      case 'GET ':
        return ok({
          ...stored.overview,
          git_diff: stored.gitDiff,
          messages: page(Number(url.searchParams.get('message_limit') ?? 50)),
        });
      case 'GET /messages':
        return ok(page(Number(url.searchParams.get('limit') ?? 50)));
      case 'POST /messages': {
        const reply = state.reply(stored, String(body.content), (body.in_reply_to as string) ?? null);
        return 'taken' in reply
          ? problem(409, 'already_answered', 'This question has been answered already.', {
              answer: reply.taken,
            })
          : ok(reply);
      }
      case 'PATCH ':
        return ok(state.change(stored, { name: String(body.name) }));
      case 'PUT /status':
        return ok(state.end(stored));
      case 'DELETE ':
        state.change(stored, { status: 'DELETED' });
        return ok(null);
      case 'POST /restore':
        return ok(
          state.change(stored, { status: stored.overview.ended_at === null ? 'ACTIVE' : 'COMPLETED' }),
        );
      default:
        return problem(405, 'method_not_allowed', route);
    }
  }

  async #agent(route: string, body: Record<string, unknown>, request: IncomingMessage): Promise<Reply> {
    const { state } = this;
    const id = String(body.agent_instance_id);
    const stored = state.instance(id, body.agent_type as string | undefined);
    if (route === 'POST /messages/agent') {
      const queued = state.handOff(stored);
      const message = state.add(stored, {
        content: String(body.content),
        sender_type: 'AGENT',
        requires_user_input: body.requires_user_input === true,
      });
      if (typeof body.git_diff === 'string') {
        stored.gitDiff = body.git_diff;
        state.tell('git_diff_update', { agent_instance_id: id });
      }
      return ok({
        success: true,
        agent_instance_id: id,
        message_id: message.id,
        queued_user_messages: queued,
      });
    }
    if (route === 'POST /messages/pending') {
      const until = Date.now() + Number(body.wait ?? 0) * 1000;
      const isQueued = () => stored.messages.some((m) => m.sender_type === 'USER' && m.read_at === null);
      state.waits(stored, 1);
      while (!isQueued() && Date.now() < until && !request.socket.destroyed) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      state.waits(stored, -1);
      return ok({ agent_instance_id: id, messages: state.handOff(stored), status: 'ok' });
    }
    state.end(stored);
    return ok({ success: true, agent_instance_id: id, final_status: 'COMPLETED' });
  }

  #keys(route: string, body: Record<string, unknown>): Reply {
    const { keys } = this.state;
    if (route === 'GET /api-keys') return ok(keys.map((key) => ({ ...key, token: null })));
    if (route === 'POST /api-keys') {
      const days = body.expires_in_days as number | null;
      const key: ApiKey = {
        id: randomUUID(),
        name: String(body.name),
        scope: String(body.scope),
        agent_instance_id: null,
        created_at: new Date().toISOString(),
        expires_at: days ? new Date(Date.now() + days * 86_400_000).toISOString() : null,
        last_used_at: null,
        revoked_at: null,
        token: `eyJhbGciOiJFZERTQSJ9.${randomUUID()}.${randomUUID()}`,
      };
      keys.unshift(key);
      return { status: 201, body: key };
    }
    const at = keys.findIndex(({ id }) => route.endsWith(id));
    keys[at] = { ...keys[at]!, revoked_at: new Date().toISOString() };
    return ok(null);
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    if (!request.headers.cookie?.includes(this.#session)) {
      response.writeHead(401).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const write = ({ id, name, data }: Event) =>
      response.write(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
    const after = request.headers['last-event-id'];
    const newest = this.state.events.at(-1)?.id ?? 0;
    write({ id: after === undefined ? newest : Number(after), name: 'connected', data: {} });
    if (after !== undefined)
      for (const event of this.state.events) if (event.id > Number(after)) write(event);
    const heartbeat = setInterval(() => {
      write({ id: this.state.events.at(-1)?.id ?? 0, name: 'heartbeat', data: {} });
    }, 15_000);
    const unlisten = this.state.listen(write);
    response.once('close', () => {
      clearInterval(heartbeat);
      unlisten();
    });
  }

  async #file(path: string, response: ServerResponse): Promise<void> {
    const name = path === '/' ? '/index.html' : path;
    const content = await readFile(join(DIST, name)).catch(() => null);
    if (content === null) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': CSP,
      'cache-control': name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    response.end(content);
  }
}
