import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawExchange {
  readonly answers: readonly RawAnswer[];
  /** The received bytes that are not an HTTP response. */
  readonly rest: string;
  /** How the exchange ended. `hung`: the server did not answer within 20 s. */
  readonly end: 'answered' | 'closed' | 'hung' | 'refused';
}

export interface RawOptions {
  /** Whether the request is complete. If not, the client gives up after a moment. */
  readonly whole: boolean;
  /** Whether the method is HEAD, so that the response has no body. */
  readonly head: boolean;
}

/** How long the server may take to answer a complete request on a busy machine. */
const MAX_ANSWER_MS = 20_000;
/** How long the client waits after an incomplete request. */
const INCOMPLETE_WAIT_MS = 250;

/** Sends any bytes over a new connection, and returns what the server answers. */
export async function exchangeRaw(
  port: number,
  bytes: string | Buffer,
  { whole, head }: RawOptions,
): Promise<RawExchange> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  const chunks: Buffer[] = [];
  const ended = Promise.withResolvers<void>();
  let end: RawExchange['end'] | null = null;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (whole && parseAnswers(Buffer.concat(chunks), head).answers.some(({ status }) => status >= 200)) {
      end ??= 'answered';
      ended.resolve();
    }
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') end = 'refused';
  });
  socket.on('close', () => {
    end ??= 'closed';
    ended.resolve();
  });
  socket.once('end', () => socket.end());
  socket.write(bytes);
  if (!whole) {
    await Promise.race([ended.promise, sleep(INCOMPLETE_WAIT_MS)]);
    socket.end();
  }
  const timer = setTimeout(() => {
    end ??= 'hung';
    ended.resolve();
  }, MAX_ANSWER_MS);
  await ended.promise;
  clearTimeout(timer);
  const closed = socket.closed ? null : once(socket, 'close');
  socket.destroy();
  await closed;
  return { ...parseAnswers(Buffer.concat(chunks), head), end: end ?? 'closed' };
}

/**
 * Parses all complete responses at the beginning of `bytes`. A response to HEAD has no body, whatever its
 * headers say.
 */
export function parseAnswers(bytes: Buffer, head: boolean): Pick<RawExchange, 'answers' | 'rest'> {
  const answers: RawAnswer[] = [];
  let remaining = bytes;
  for (;;) {
    const headEnd = remaining.indexOf('\r\n\r\n');
    if (headEnd < 0) break;
    const [statusLine = '', ...lines] = remaining.toString('latin1', 0, headEnd).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
    if (!status) break;
    const headers = new Map(lines.map((line) => [nameOf(line), line.slice(line.indexOf(':') + 1).trim()]));
    const hasNoBody = head || status < 200 || status === 204;
    const body = hasNoBody ? null : bodyAt(remaining.subarray(headEnd + 4), headers);
    if (body === undefined) break;
    answers.push({ status, headers, body: body?.text ?? '' });
    remaining = remaining.subarray(headEnd + 4 + (body?.length ?? 0));
  }
  return { answers, rest: remaining.toString('latin1') };
}

const nameOf = (line: string): string => line.slice(0, line.indexOf(':')).toLowerCase();

/** Returns the body at the beginning of `bytes`, or undefined if it is incomplete. */
function bodyAt(
  bytes: Buffer,
  headers: ReadonlyMap<string, string>,
): { text: string; length: number } | undefined {
  if (headers.get('transfer-encoding') === 'chunked') return chunkedBodyAt(bytes);
  const length = Number(headers.get('content-length') ?? 0);
  return bytes.length < length ? undefined : { text: bytes.toString('utf8', 0, length), length };
}

function chunkedBodyAt(bytes: Buffer): { text: string; length: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { text: Buffer.concat(parts).toString('utf8'), length: next };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
