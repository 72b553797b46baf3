import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import readRaw from 'raw-body';
import { RequestError } from '../../../application/errors.ts';
import type { BodyReservation } from '../http/body-budget.ts';
import { HttpError, tooLarge } from '../http/http-error.ts';
import { type CutRules, FieldCutter } from './field-cutter.ts';
import { inflaterFor, invalidEncoding } from './inflate.ts';
import { JsonSizeCounter, refuseLargeJson } from './json-size.ts';

/** How many bytes are read of a body whose field may be cut, after inflating. */
const MAX_READ_BYTES = 256 * 1024 * 1024;

/** Bytes that are read and dropped count less: the largest body has to arrive within two minutes. */
const DROPPED_BYTES_PER_BYTE = 8;

/**
 * A body of a known length up to this is read at once, and larger ones in pieces. No small body waits for a
 * turn.
 */
const SMALL_BODY_BYTES = 64 * 1024;

export interface SizeRules {
  /** The size of the largest accepted body, after inflating. */
  readonly maxBytes: number;
  /** A field whose end is dropped if the body would be too large because of it. Absent or null: none. */
  readonly cutField?: CutRules | null;
}

export interface BodyLimits {
  /** The body takes its bytes from it: all at once if their number is known, else as they arrive. */
  readonly reservation: BodyReservation;
  /** Called before bytes are read. Returns a promise if their user has to wait. */
  readonly waitForTurn: (bytes: number) => Promise<void> | undefined;
}

/**
 * Reads the JSON in the body of a request, and inflates it.
 * @throws HttpError if the body is too large, ends early, does not match its Content-Encoding, or if no bytes
 * are left for it.
 * @throws RequestError `too_many_values`, `too_deep`
 */
export async function readBodyBytes(
  req: IncomingMessage,
  rules: SizeRules,
  { reservation, waitForTurn }: BodyLimits,
): Promise<Buffer> {
  const { maxBytes, cutField = null } = rules;
  const createInflater = inflaterFor(req.headers['content-encoding']);
  const length = Number(req.headers['content-length'] ?? Number.NaN);
  const maxReadBytes = cutField === null ? maxBytes : MAX_READ_BYTES;
  if (length > maxReadBytes) throw tooLarge(maxBytes);
  const isLengthKnown = createInflater === null && length <= maxBytes;
  if (isLengthKnown && length <= SMALL_BODY_BYTES) {
    reservation.take(length);
    const bytes = await readWithin(req, maxBytes);
    refuseLargeJson(bytes);
    return bytes;
  }
  if (isLengthKnown) {
    await waitForTurn(length);
    reservation.take(length);
  }
  // Nothing would end the reading: the stream has been closed already.
  if (req.destroyed) throw incompleteBody();

  const bytes = new BodyCollector(rules);
  const source = createInflater?.() ?? new PassThrough();
  let readBytes = 0;
  const onData = (chunk: Buffer): void => {
    readBytes += chunk.length;
    if (readBytes > maxReadBytes) source.destroy(tooLarge(maxBytes));
  };
  const onClose = (): void => {
    if (!req.complete) source.destroy(incompleteBody());
  };
  req.on('data', onData).once('close', onClose).pipe(source);
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      if (!isLengthKnown) {
        if (bytes.count + chunk.length > SMALL_BODY_BYTES) {
          const isDropped = bytes.count >= maxBytes;
          await waitForTurn(isDropped ? chunk.length / DROPPED_BYTES_PER_BYTE : chunk.length);
        }
        // What is more than this is dropped or refused.
        if (bytes.count < maxBytes) reservation.take(chunk.length);
      }
      bytes.add(chunk);
    }
    return bytes.finish();
  } catch (error) {
    // An empty body is no compressed one, but is none of the client's errors either.
    if (readBytes === 0 && req.complete) return Buffer.alloc(0);
    throw error instanceof HttpError || error instanceof RequestError ? error : invalidEncoding(error);
  } finally {
    req.off('data', onData).off('close', onClose).unpipe(source);
  }
}

/**
 * Returns the bytes of a JSON body that the host application has read.
 * @throws HttpError `too_large`
 * @throws RequestError `too_many_values`, `too_deep`
 */
export function cutBodyBytes(body: Buffer, rules: SizeRules): Buffer {
  const bytes = new BodyCollector(rules);
  bytes.add(body);
  return bytes.finish();
}

/** Collects a body. As soon as it is too large, it drops the end of the field that may be cut. */
class BodyCollector {
  readonly #rules: SizeRules;
  readonly #size = new JsonSizeCounter();
  #chunks: Buffer[] = [];
  #byteCount = 0;
  #cutter: FieldCutter | null = null;

  constructor(rules: SizeRules) {
    this.#rules = rules;
  }

  /** How many bytes were added. */
  get count(): number {
    return this.#byteCount;
  }

  /**
   * @throws HttpError `too_large`
   * @throws RequestError `too_many_values`, `too_deep`
   */
  add(chunk: Buffer): void {
    const { maxBytes, cutField = null } = this.#rules;
    this.#byteCount += chunk.length;
    if (this.#byteCount > maxBytes && (cutField === null || this.#byteCount > MAX_READ_BYTES))
      throw tooLarge(maxBytes);
    this.#size.add(chunk);
    if (this.#byteCount <= maxBytes) {
      this.#chunks.push(chunk);
      return;
    }
    if (this.#cutter === null) {
      this.#cutter = new FieldCutter(cutField!, maxBytes);
      for (const earlierChunk of this.#chunks) this.#cutter.add(earlierChunk);
      this.#chunks = [];
    }
    this.#cutter.add(chunk);
  }

  finish(): Buffer {
    return this.#cutter?.finish() ?? Buffer.concat(this.#chunks);
  }
}

/**
 * Reads a body that is not inflated.
 * @throws HttpError `too_large`, `incomplete_body`
 */
export async function readWithin(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  try {
    return await readRaw(req, { limit: maxBytes, length: req.headers['content-length'] ?? null });
  } catch (cause) {
    if (cause instanceof Error && 'type' in cause && cause.type === 'entity.too.large')
      throw tooLarge(maxBytes);
    // A body that arrived whole can be unreadable too, when its client hung up before it was read. But a body
    // that the host has read, and not kept, is an error of the host.
    throw req.destroyed && !req.readableEnded ? incompleteBody(cause) : cause;
  }
}

/**
 * The error for a client that has disconnected, so only the log shows it. It must not look like an error of
 * the server.
 */
const incompleteBody = (cause?: unknown) =>
  new HttpError('incomplete_body', 'The connection closed before the whole body arrived', {}, { cause });
