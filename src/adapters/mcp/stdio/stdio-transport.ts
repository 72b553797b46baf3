import type { Readable, Writable } from 'node:stream';
import type { JSONRPCMessage, RequestId, Transport } from '@modelcontextprotocol/server';
import { sentArguments } from '../call/library-message.ts';
import { requestIdInUse } from '../call/mcp-protocol-error.ts';
import { type Refusal, readMessage } from './client-message.ts';
import { LineReader } from './line-reader.ts';

export interface StdioStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/**
 * Passes messages between the client and the protocol library, one in each line. The library's own transport
 * says nothing to a client whose message is malformed, and does not see that two calls have the same id.
 */
export class StdioTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /**
   * Resolves when stdin or stdout has ended. Rejects if the client sends a line that is longer than 16 MiB.
   */
  readonly ended: Promise<void>;
  readonly #streams: StdioStreams;
  readonly #resolveEnded: () => void;
  readonly #rejectEnded: (error: unknown) => void;
  readonly #lines = new LineReader();
  /** The arguments of each request that has no response yet, by its id. */
  readonly #openRequests = new Map<unknown, unknown>();
  /** The id of the request that `FirstAnswer` has answered, until it comes; else null. */
  #answeredId: RequestId | null;
  /** The id of the response that must not be sent, because the client has it; null if there is none. */
  #droppedId: RequestId | null = null;

  /** @param answeredId the id of the request that `FirstAnswer` has answered; null if there is none. */
  constructor(streams: StdioStreams, answeredId: RequestId | null) {
    this.#streams = streams;
    this.#answeredId = answeredId;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#rejectEnded = reject;
  }

  async start(): Promise<void> {
    const { stdin, stdout } = this.#streams;
    for (const event of ['end', 'close', 'error'] as const) stdin.on(event, this.#resolveEnded);
    stdout.on('error', this.#resolveEnded);
    if (stdin.readableEnded || stdin.destroyed) this.#resolveEnded();
    // `FirstAnswer` may have paused it.
    stdin.on('data', this.#onData).resume();
  }

  /** Returns the arguments of a request exactly as the client sent them; null if there are none. */
  argumentsOf(id: RequestId): unknown {
    return this.#openRequests.get(id) ?? null;
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if ('id' in message && !('method' in message)) {
      if (message.id === this.#droppedId) {
        this.#droppedId = null;
        return;
      }
      this.#openRequests.delete(message.id);
    }
    await this.#write(message);
  }

  async close(): Promise<void> {
    this.#streams.stdin.off('data', this.#onData).pause();
    this.onclose?.();
  }

  readonly #onData = (chunk: Buffer): void => {
    try {
      for (const line of this.#lines.read(chunk)) this.#receive(line);
    } catch (error) {
      this.#streams.stdin.off('data', this.#onData);
      this.#rejectEnded(error);
    }
  };

  #receive(line: string): void {
    const read = line.trim() === '' ? null : readMessage(line);
    if (read === null) return;
    if ('error' in read) {
      this.#refuse(read);
      return;
    }
    const { message, sent } = read;
    if ('method' in message && 'id' in message) {
      const { id } = message;
      if (this.#openRequests.has(id)) {
        this.#refuse({ error: requestIdInUse(id), id });
        return;
      }
      this.#open(id, sentArguments(sent, id));
    } else if ('method' in message && message.method === 'notifications/cancelled') {
      // The library sends no response to a cancelled request.
      this.#openRequests.delete(message.params?.requestId);
    }
    this.onmessage?.(message);
  }

  #open(id: RequestId, args: unknown): void {
    if (id !== this.#answeredId) {
      this.#openRequests.set(id, args);
      return;
    }
    this.#droppedId = id;
    this.#answeredId = null;
  }

  /** An error with the id of an open request would end that request at the client. */
  #refuse({ error, id }: Refusal): void {
    this.onerror?.(error);
    const { code, message } = error;
    const answer = { jsonrpc: '2.0', id: this.#openRequests.has(id) ? null : id, error: { code, message } };
    this.#write(answer).catch((writeError) => this.onerror?.(writeError));
  }

  #write(message: object): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#streams.stdout.write(`${JSON.stringify(message)}\n`, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }
}
