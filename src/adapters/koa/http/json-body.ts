import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import readRaw from 'raw-body';
import { invalidJson } from '../../../application/errors.ts';
import { HttpError, tooLarge } from './http-error.ts';
import { inflaterOf, inflateWithin } from './inflate.ts';

const JSON_TYPE = /^application\/(?:[\w.!#$&^+-]+\+)?json[ \t]*(?:;|$)/i;
const CHARSET = /;[ \t]*charset[ \t]*=[ \t]*"?([^";\s]*)"?/i;
const UTF_8 = /^utf-?8$/i;

export interface BodyRules {
  /** Bytes, after inflating. */
  readonly limit: number;
  /** Whether an empty body will do; its Content-Type does not matter then. */
  readonly mayBeEmpty: boolean;
}

/**
 * The object a request's body holds. What a host's own body parser has read already is taken from
 * where it leaves it (`rawBody`, else `body`): reading a drained stream would wait for ever.
 * @throws HttpError, and RequestError `invalid_json`.
 */
export async function readJsonObject(ctx: Context, rules: BodyRules): Promise<object> {
  return object(await readJsonObjectOrArray(ctx, rules));
}

/**
 * Like `readJsonObject`, for protocols that know a list of requests, too.
 * @throws HttpError, and RequestError `invalid_json`.
 */
export async function readJsonObjectOrArray(ctx: Context, { limit, mayBeEmpty }: BodyRules): Promise<object> {
  const { req } = ctx;
  if (!announcesBody(req)) return empty(mayBeEmpty);
  const type = req.headers['content-type'];
  if (type !== undefined || !mayBeEmpty) requireJson(type);

  const { rawBody, body } = ctx.request as { rawBody?: unknown; body?: unknown };
  const parsed = rawBody ?? body;
  if (parsed !== undefined && typeof parsed !== 'string' && !Buffer.isBuffer(parsed)) return root(parsed);

  if (parsed !== undefined && Buffer.byteLength(parsed) > limit) throw tooLarge(limit);
  const sent = parsed ?? (await readBytes(req, limit));
  if (sent.length === 0) return empty(mayBeEmpty);
  if (type === undefined) requireJson(type);
  return parse(typeof sent === 'string' ? sent : decode(sent));
}

const announcesBody = ({ headers, httpVersionMajor }: IncomingMessage): boolean =>
  (headers['content-length'] !== undefined && headers['content-length'] !== '0') ||
  headers['transfer-encoding'] !== undefined ||
  httpVersionMajor > 1;

function empty(allowed: boolean): object {
  if (!allowed) throw invalidJson('The body is empty; it must be a JSON object');
  return {};
}

function requireJson(contentType: string | undefined): void {
  if (contentType === 'application/json') return;
  const charset = contentType === undefined ? null : (CHARSET.exec(contentType)?.[1] ?? 'utf-8');
  if (contentType !== undefined && JSON_TYPE.test(contentType) && UTF_8.test(charset ?? '')) return;
  throw new HttpError('unsupported_media_type', 'The body must be application/json in UTF-8');
}

async function readBytes(req: IncomingMessage, limit: number): Promise<Buffer> {
  const inflater = inflaterOf(req.headers['content-encoding']);
  const bytes = await readSent(req, limit);
  return inflater === null || bytes.length === 0 ? bytes : inflateWithin(limit, inflater, bytes);
}

async function readSent(req: IncomingMessage, limit: number): Promise<Buffer> {
  try {
    return await readRaw(req, { limit, length: req.headers['content-length'] ?? null });
  } catch (cause) {
    if (cause instanceof Error && 'type' in cause && cause.type === 'entity.too.large') throw tooLarge(limit);
    // Nobody is left to read this; it is for the log, where it must not look like a fault of ours.
    if (req.destroyed && !req.complete) {
      throw new HttpError('incomplete_body', 'The connection closed within the body', {}, { cause });
    }
    throw cause;
  }
}

/** Node would replace what is not UTF-8 silently, and the message would be another one. */
function decode(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new HttpError('invalid_encoding', 'The body is not valid UTF-8');
  return bytes.toString('utf8');
}

function parse(text: string): object {
  // Some clients on Windows put a byte order mark in front; RFC 8259 lets a parser look past it.
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw invalidJson(error instanceof Error ? `The body is not JSON: ${error.message}` : 'Not JSON');
  }
  return root(value);
}

function root(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value;
  throw notAnObject();
}

function object(value: object): object {
  if (Array.isArray(value)) throw notAnObject();
  return value;
}

const notAnObject = () => invalidJson('The body must be a JSON object');
