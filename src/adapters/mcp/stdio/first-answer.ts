import type { Readable, Writable } from 'node:stream';
import { INSTRUCTIONS, TOOL_CAPABILITIES } from '../protocol/server-offer.ts';

/** The protocol versions with sessions, newest first. A client that asks for another gets the newest. */
export const SESSION_VERSIONS = [
  '2025-11-25',
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
  '2024-10-07',
] as const;
/** The stateless protocol versions. */
export const STATELESS_VERSIONS = ['2026-07-28'] as const;

const META = 'io.modelcontextprotocol/';

/** A longer first line is no first request that this file answers. */
const MAX_FIRST_LINE_BYTES = 64 * 1024;

/** How long loading is put off for a silent client. Clients send their first request at once. */
const MAX_SILENCE_MS = 200;

export interface FirstAnswerStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

export interface ServerIdentity {
  readonly name: string;
  readonly version: string;
}

/**
 * Answers the first request of a client on stdin before the protocol library is loaded, which takes seconds
 * on a busy machine. Meanwhile clients go on without a server that has not answered. The library then gets
 * the same bytes, so that it knows the client; only its own answer to that request must not be sent.
 */
export class FirstAnswer {
  /** Resolves when the first request is answered, or when loading should begin without that. */
  readonly done: Promise<void>;
  readonly #server: ServerIdentity;
  readonly #streams: FirstAnswerStreams;
  readonly #resolveDone: () => void;
  readonly #chunks: Buffer[] = [];
  readonly #onData = (chunk: Buffer): void => this.#read(chunk);
  readonly #stopWaiting = (): void => this.#finish();
  readonly #silenceTimer: NodeJS.Timeout;
  #isFinished = false;
  #answeredId: string | number | null = null;

  constructor(server: ServerIdentity, streams: FirstAnswerStreams) {
    this.#server = server;
    this.#streams = streams;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.#resolveDone = resolve;
    // However late the timer is, a request that has arrived by then is read before the immediate runs. Later
    // requests are answered, too, if loading leaves time for it.
    this.#silenceTimer = setTimeout(() => setImmediate(resolve), MAX_SILENCE_MS);
    streams.stdin.on('data', this.#onData).once('end', this.#stopWaiting).once('close', this.#stopWaiting);
  }

  /**
   * Gives stdin back, as if nothing had been read.
   * @returns the JSON-RPC id of the answered request; null if none was answered.
   */
  handOver(): string | number | null {
    this.#finish();
    const { stdin } = this.#streams;
    if (this.#chunks.length > 0 && !stdin.readableEnded) stdin.unshift(Buffer.concat(this.#chunks));
    return this.#answeredId;
  }

  #read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    const bytes = Buffer.concat(this.#chunks);
    const lineEnd = bytes.indexOf('\n');
    if (lineEnd < 0 && bytes.length < MAX_FIRST_LINE_BYTES) return;
    const answer = lineEnd < 0 ? null : answerTo(bytes.toString('utf8', 0, lineEnd), this.#server);
    if (answer !== null) {
      this.#answeredId = answer.id;
      this.#streams.stdout.write(`${JSON.stringify(answer)}\n`);
    }
    this.#finish();
  }

  #finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    clearTimeout(this.#silenceTimer);
    const { stdin } = this.#streams;
    stdin.off('data', this.#onData).off('end', this.#stopWaiting).off('close', this.#stopWaiting);
    stdin.pause();
    this.#resolveDone();
  }
}

interface FirstRequest {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: {
    readonly protocolVersion?: unknown;
    readonly capabilities?: unknown;
    readonly clientInfo?: { readonly name?: unknown; readonly version?: unknown };
    readonly _meta?: { readonly [key: string]: unknown };
  };
}

/** Returns the answer to a plain first request; null for any other request, which the library answers. */
function answerTo(line: string, server: ServerIdentity): { id: string | number } | null {
  const request = parse(line);
  if (request === null || request.jsonrpc !== '2.0' || !isRequestId(request.id)) return null;
  const { id, method, params = {} } = request;
  const result =
    method === 'initialize'
      ? initializeResult(params, server)
      : method === 'server/discover'
        ? discoverResult(params, server)
        : null;
  return result === null ? null : ({ jsonrpc: '2.0', id, result } as { id: string | number });
}

function initializeResult(
  params: NonNullable<FirstRequest['params']>,
  serverInfo: ServerIdentity,
): object | null {
  const { protocolVersion, capabilities, clientInfo, _meta } = params;
  const isPlain =
    typeof protocolVersion === 'string' &&
    isObject(capabilities) &&
    isClientInfo(clientInfo) &&
    _meta === undefined;
  if (!isPlain) return null;
  return {
    protocolVersion: SESSION_VERSIONS.find((version) => version === protocolVersion) ?? SESSION_VERSIONS[0],
    capabilities: TOOL_CAPABILITIES,
    serverInfo,
    instructions: INSTRUCTIONS,
  };
}

function discoverResult(
  params: NonNullable<FirstRequest['params']>,
  serverInfo: ServerIdentity,
): object | null {
  const meta = params._meta ?? {};
  const isPlain =
    (STATELESS_VERSIONS as readonly unknown[]).includes(meta[`${META}protocolVersion`]) &&
    isClientInfo(meta[`${META}clientInfo`]) &&
    isObject(meta[`${META}clientCapabilities`]);
  if (!isPlain) return null;
  return {
    supportedVersions: STATELESS_VERSIONS,
    capabilities: TOOL_CAPABILITIES,
    instructions: INSTRUCTIONS,
    resultType: 'complete',
    ttlMs: 0,
    cacheScope: 'private',
    _meta: { [`${META}serverInfo`]: serverInfo },
  };
}

function parse(line: string): FirstRequest | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

const isRequestId = (id: unknown): id is string | number =>
  typeof id === 'string' || Number.isSafeInteger(id);

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isClientInfo = (value: unknown): boolean =>
  isObject(value) && typeof value.name === 'string' && typeof value.version === 'string';
