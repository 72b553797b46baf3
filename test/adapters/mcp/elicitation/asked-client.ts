import {
  Client as SplitClient,
  StreamableHTTPClientTransport as SplitTransport,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { ToolResult } from '../../../../src/adapters/mcp/tools/tool-result.ts';

type Reply = { action: 'accept'; content?: { [field: string]: never } } | { action: 'decline' | 'cancel' };

/** What a client shows to its person. */
export interface Shown {
  readonly params: { readonly [field: string]: unknown };
  reply(action: 'accept' | 'decline' | 'cancel', content?: object): void;
  /** Resolves when the server takes the question back. */
  readonly takenBack: Promise<void>;
}

export interface AskedClient extends AsyncDisposable {
  call(args: object): Promise<ToolResult>;
  /** Returns what is shown next, in order. */
  nextShown(): Promise<Shown>;
  readonly shownCount: number;
}

export interface AskedClientOptions {
  readonly elicitation?: { readonly form?: object; readonly url?: object };
  /** More extensions that the client declares. */
  readonly extensions?: { [name: string]: object };
}

export type ConnectAskedClient = (url: string, options?: AskedClientOptions) => Promise<AskedClient>;

const INFO = { name: 'Test Client', version: '1.0.0' };
const requestInit = { headers: { authorization: 'Bearer ann' } };

/** Collects what a client is asked to show. */
class Screen {
  shownCount = 0;
  readonly #shown: Shown[] = [];
  readonly #waiting: ((shown: Shown) => void)[] = [];

  show(params: object, signal: AbortSignal): Promise<Reply> {
    const { promise, resolve } = Promise.withResolvers<Reply>();
    const takenBack = new Promise<void>((done) => signal.addEventListener('abort', () => done()));
    const shown: Shown = {
      params: params as Shown['params'],
      takenBack,
      reply: (action, content) => resolve({ action, ...(content && { content }) } as Reply),
    };
    this.shownCount += 1;
    const next = this.#waiting.shift();
    if (next === undefined) this.#shown.push(shown);
    else next(shown);
    return promise;
  }

  next(): Promise<Shown> {
    const shown = this.#shown.shift();
    return shown === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(shown);
  }
}

const withSession =
  (createTransport: (url: string) => Transport): ConnectAskedClient =>
  async (url, { elicitation = { form: {} } } = {}) => {
    const screen = new Screen();
    const client = new Client(INFO, { capabilities: { elicitation: elicitation as never } });
    client.setRequestHandler(ElicitRequestSchema, ({ params }, { signal }) => screen.show(params, signal));
    await client.connect(createTransport(url));
    return {
      call: async (args) =>
        (await client.callTool({ name: 'ask_question', arguments: { ...args } })) as ToolResult,
      nextShown: () => screen.next(),
      get shownCount() {
        return screen.shownCount;
      },
      [Symbol.asyncDispose]: () => client.close(),
    };
  };

const streamable: ConnectAskedClient = withSession(
  (url) => new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }) as Transport,
);
const sse: ConnectAskedClient = withSession(
  (url) => new SSEClientTransport(new URL(`${url}/sse`), { requestInit }),
);

const stateless: ConnectAskedClient = async (url, { elicitation = { form: {} }, extensions = {} } = {}) => {
  const screen = new Screen();
  const client = new SplitClient(INFO, {
    capabilities: { elicitation: elicitation as never, extensions: extensions as never },
    versionNegotiation: { mode: { pin: '2026-07-28' } },
  });
  client.setRequestHandler('elicitation/create', ({ params }, { mcpReq }) =>
    screen.show(params, mcpReq.signal),
  );
  await client.connect(new SplitTransport(new URL(`${url}/mcp`), { requestInit }));
  return {
    call: async (args) =>
      (await client.callTool({ name: 'ask_question', arguments: { ...args } })) as ToolResult,
    nextShown: () => screen.next(),
    get shownCount() {
      return screen.shownCount;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
};

/** Clients that are asked while their call runs. */
export const SESSION_CLIENTS: readonly [string, ConnectAskedClient][] = [
  ['sdk 1.x, Streamable HTTP', streamable],
  ['sdk 1.x, HTTP+SSE', sse],
];

/** A client that goes on with a session which another process has opened. */
export const continueSession = (sessionId: string): ConnectAskedClient =>
  withSession(
    (url) =>
      new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit, sessionId }) as Transport,
  );

export const STATELESS_CLIENT: [string, ConnectAskedClient] = ['client 2.x, 2026-07-28', stateless];

export const ASKED_CLIENTS: readonly [string, ConnectAskedClient][] = [...SESSION_CLIENTS, STATELESS_CLIENT];
