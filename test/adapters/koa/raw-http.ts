import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Opens a TCP connection, for requests that no HTTP client library can send. */
export async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  // The server may close the connection cleanly or reset it. The tests check only what it has sent before.
  socket.on('error', () => {});
  return socket;
}

/** Returns everything that the server sends on a connection until it closes it. */
export async function untilClosed(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.once('end', () => socket.end());
  // The server resets the connection of a client that never stops sending, after its response.
  socket.on('error', () => {});
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks).toString('utf8');
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends one request with `Connection: close`, and returns the response. */
export async function sendRaw(port: number, lines: readonly string[], body = ''): Promise<RawAnswer> {
  const socket = await open(port);
  socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`);
  return parseAnswer(await untilClosed(socket));
}

export function parseAnswer(text: string): RawAnswer {
  const [head = '', ...bodyParts] = text.split('\r\n\r\n');
  const [statusLine = '', ...headerLines] = head.split('\r\n');
  const headers = new Headers();
  for (const line of headerLines) {
    const colon = line.indexOf(':');
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { status: Number(statusLine.split(' ')[1]), headers, body: bodyParts.join('\r\n\r\n') };
}
