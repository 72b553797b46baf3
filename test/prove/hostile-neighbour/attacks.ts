import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const MEGABYTE = 1024 * 1024;

/** The server, and the tokens of one of its users. */
export interface Target {
  readonly port: number;
  readonly agentToken: string;
  readonly dashboardToken: string;
}

export interface Attacker extends Target {
  readonly stopSignal: AbortSignal;
  /** Gets the status of each response. */
  readonly onStatus: (status: number) => void;
}

/** Does something that takes much of the server, again and again, until it is stopped. */
export type Attack = (attacker: Attacker) => Promise<void>;

/** How many connections with an unfinished body one attack holds. */
const SLOW_BODIES = 40;
const HELD_REQUESTS = 300;

async function send(
  attacker: Attacker,
  method: string,
  path: string,
  {
    body,
    token = attacker.agentToken,
    accept = 'application/json',
  }: { body?: string; token?: string; accept?: string } = {},
): Promise<void> {
  const { port, stopSignal, onStatus } = attacker;
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        ...{ authorization: `Bearer ${token}`, accept: `${accept}, application/json` },
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: stopSignal,
      ...(body === undefined ? {} : { body }),
    });
    onStatus(response.status);
    await response.arrayBuffer();
  } catch {
    // The server may close the connection. A pause keeps a refused attack from taking this process.
    await sleep(5);
  }
}

/** Repeats `action` in several loops at once. */
const loops =
  (count: number, action: (attacker: Attacker) => Promise<void>): Attack =>
  async (attacker) => {
    const loop = async () => {
      while (!attacker.stopSignal.aborted) await action(attacker);
    };
    await Promise.all(Array.from({ length: count }, loop));
  };

const step = (fields: object): string =>
  JSON.stringify({ agent_instance_id: randomUUID(), agent_type: 'hostile', content: 'a step', ...fields });

const TINY_VALUES = `{"agent_instance_id":"${randomUUID()}","agent_type":"hostile","content":"x","message_metadata":{"a":[${'{},'.repeat(5 * MEGABYTE)}{}]}}`;
const LONG_CONTENT = '**a_'.repeat(250_000);
const BATCH = JSON.stringify(
  Array.from({ length: 500 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'tools/list', params: {} })),
);
const LISTS = ['/agent-types', '/agent-instances?limit=200', '/agent-summary', '/export'];

/** Announces a body of 16 MB, sends most of it, and waits. */
async function holdBody({ port, agentToken, stopSignal }: Attacker): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  socket.resume();
  stopSignal.addEventListener('abort', () => socket.destroy(), { once: true });
  const head = [
    'POST /api/v1/messages/agent HTTP/1.1',
    'Host: 127.0.0.1',
    `Authorization: Bearer ${agentToken}`,
  ];
  socket.write(
    [...head, 'Content-Type: application/json', `Content-Length: ${16 * MEGABYTE}`, '', '{"content":"'].join(
      '\r\n',
    ),
  );
  socket.write(Buffer.alloc(15 * MEGABYTE, 'a'));
  await closed;
  await sleep(20);
}

/** All at once they are what one hostile user can do to the server that others use as well. */
export const ATTACKS: { readonly [name: string]: Attack } = {
  'JSON of millions of tiny values': loops(4, (attacker) =>
    send(attacker, 'POST', '/api/v1/messages/agent', { body: TINY_VALUES }),
  ),
  'bodies that never end': loops(SLOW_BODIES, holdBody),
  'long messages with metadata': loops(4, (attacker) =>
    send(attacker, 'POST', '/api/v1/messages/agent', {
      body: step({ content: LONG_CONTENT, message_metadata: { a: 'x'.repeat(60_000) } }),
    }),
  ),
  'a new agent type for each step': loops(8, (attacker) =>
    send(attacker, 'POST', '/api/v1/messages/agent', { body: step({ agent_type: randomUUID() }) }),
  ),
  'heavy reads': loops(10, async (attacker) => {
    for (const path of LISTS)
      await send(attacker, 'GET', `/api/v1${path}`, { token: attacker.dashboardToken });
  }),
  'batches of MCP calls': loops(4, (attacker) =>
    send(attacker, 'POST', '/mcp', { body: BATCH, accept: 'text/event-stream' }),
  ),
  'MCP sessions': loops(8, (attacker) =>
    send(attacker, 'POST', '/mcp', {
      accept: 'text/event-stream',
      body: JSON.stringify({
        ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
      }),
    }),
  ),
  'waits and streams': async (attacker) => {
    const hold = loops(HELD_REQUESTS, (each) =>
      send(each, 'GET', '/api/v1/events', { token: each.dashboardToken, accept: 'text/event-stream' }),
    );
    await hold(attacker);
  },
};
