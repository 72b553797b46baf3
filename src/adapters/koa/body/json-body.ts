import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { invalidJson } from '../../../application/errors.ts';
import type { BodyReservation } from '../http/body-budget.ts';
import { exchangeOf } from '../http/exchange.ts';
import { HttpError } from '../http/http-error.ts';
import { cutBodyBytes, readBodyBytes, type SizeRules } from './body-bytes.ts';

const JSON_TYPE = /^application\/(?:[\w.!#$&^+-]+\+)?json[ \t]*(?:;|$)/i;
/** The charset in a Content-Type. */
export const CHARSET = /;[ \t]*charset[ \t]*=[ \t]*"?([^";\s]*)"?/i;
export const UTF_8 = /^utf-?8$/i;

export interface BodyRules extends SizeRules {
  /** Whether the body may be empty. The Content-Type of an empty body is not checked. */
  readonly mayBeEmpty: boolean;
}

/**
 * Reads the JSON object in a request's body. If a body parser of the host application has already read the
 * stream, its result is used (`rawBody`, otherwise `body`): reading the stream again would never end.
 * @throws HttpError if the body is too large, or has the wrong type or encoding.
 * @throws RequestError `invalid_json` if the body is not a JSON object, `too_many_values`.
 */
export async function readJsonObject(ctx: Context, rules: BodyRules): Promise<object> {
  return requireObject(await readJsonObjectOrArray(ctx, rules));
}

/**
 * Like `readJsonObject`, for protocols whose body may also be an array: several requests in one body.
 */
export async function readJsonObjectOrArray(
  ctx: Context,
  { mayBeEmpty, ...sizeRules }: BodyRules,
): Promise<object> {
  const { req } = ctx;
  if (!announcesBody(req)) return emptyObject(mayBeEmpty);
  const type = req.headers['content-type'];
  if (type !== undefined || !mayBeEmpty) requireJson(type);

  const { rawBody, body } = ctx.request as { rawBody?: unknown; body?: unknown };
  const hostBody = rawBody ?? body;
  if (hostBody !== undefined && typeof hostBody !== 'string' && !Buffer.isBuffer(hostBody)) {
    return requireObjectOrArray(hostBody);
  }

  const content =
    hostBody === undefined
      ? await readOwnBody(ctx, sizeRules)
      : cutBodyBytes(Buffer.from(hostBody), sizeRules);
  if (content.length === 0) return emptyObject(mayBeEmpty);
  // Only an empty body may be without a Content-Type, and this one is not empty.
  if (type === undefined) requireJson(type);
  return parseJson(decodeUtf8(content));
}

async function readOwnBody(ctx: Context, rules: SizeRules): Promise<Buffer> {
  const { caller, userPace } = exchangeOf(ctx);
  const waitForTurn = (bytes: number) =>
    caller === null ? undefined : userPace.beginReading(caller.userId, ctx.res, bytes);
  try {
    return await readBodyBytes(ctx.req, rules, { reservation: reserveBytes(ctx), waitForTurn });
  } catch (error) {
    // The rest of a refused body is not read, so no other request can follow on this connection.
    if (!ctx.req.complete && !ctx.headerSent) ctx.set('Connection', 'close');
    throw error;
  }
}

const NO_RESERVATION: BodyReservation = { take: () => {}, release: () => {} };

/** The bytes are released when the response is sent or the client is gone. */
export function reserveBytes(ctx: Context): BodyReservation {
  const { bodyBudget, token } = exchangeOf(ctx);
  // Nothing would release the bytes of a client that is gone already. Its body is refused anyway.
  if (ctx.res.closed) return NO_RESERVATION;
  const reservation = bodyBudget.reserve(token);
  ctx.res.once('close', reservation.release);
  return reservation;
}

/** Returns whether a request may have a body. Over HTTP/2 it may have one without these two headers. */
const announcesBody = ({ headers, httpVersionMajor }: IncomingMessage): boolean =>
  (headers['content-length'] !== undefined && headers['content-length'] !== '0') ||
  headers['transfer-encoding'] !== undefined ||
  httpVersionMajor > 1;

/**
 * Returns an empty object for an empty body.
 * @throws RequestError `invalid_json` if the body must not be empty.
 */
function emptyObject(mayBeEmpty: boolean): object {
  if (!mayBeEmpty) throw invalidJson('The body is empty; it must be a JSON object');
  return {};
}

function requireJson(contentType: string | undefined): void {
  if (contentType === 'application/json') return;
  const charset = contentType === undefined ? null : (CHARSET.exec(contentType)?.[1] ?? 'utf-8');
  if (contentType !== undefined && JSON_TYPE.test(contentType) && UTF_8.test(charset ?? '')) return;
  throw new HttpError('unsupported_media_type', 'The body must be application/json in UTF-8');
}

/** Refuses bytes that are not UTF-8, because Node would silently replace them and so change the message. */
export function decodeUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new HttpError('invalid_encoding', 'The body is not valid UTF-8');
  return bytes.toString('utf8');
}

function parseJson(text: string): object {
  // Some clients on Windows send a byte order mark first; RFC 8259 allows a parser to ignore it.
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw invalidJson(
      error instanceof Error ? `The body is not JSON: ${error.message}` : 'The body is not JSON',
    );
  }
  return requireObjectOrArray(value);
}

function requireObjectOrArray(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value;
  throw notAnObject();
}

function requireObject(value: object): object {
  if (Array.isArray(value)) throw notAnObject();
  return value;
}

const notAnObject = () => invalidJson('The body must be a JSON object');
