import type { Context } from 'koa';
import { HttpError } from '../http/http-error.ts';
import { readWithin } from './body-bytes.ts';
import { CHARSET, decodeUtf8, reserveBytes, UTF_8 } from './json-body.ts';

const FORM_TYPE = /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i;

/**
 * Reads the fields of a form as they arrived, because a signature may be about them.
 * @throws HttpError `unsupported_media_type`, also for a compressed body; `too_large`, `incomplete_body`,
 * `invalid_encoding`; `rate_limited`, `server_busy` if no bytes are left for it.
 */
export async function readFormBody(ctx: Context, maxBytes: number): Promise<string> {
  const { req } = ctx;
  requireForm(req.headers['content-type']);
  if (req.headers['content-encoding'] !== undefined)
    throw new HttpError('unsupported_media_type', 'The body must not have a Content-Encoding');
  // Its length may be unknown, and it is small in any case.
  reserveBytes(ctx).take(maxBytes);
  return decodeUtf8(await readWithin(req, maxBytes));
}

function requireForm(type = ''): void {
  const charset = CHARSET.exec(type)?.[1] ?? 'utf-8';
  if (FORM_TYPE.test(type) && UTF_8.test(charset)) return;
  throw new HttpError(
    'unsupported_media_type',
    'The body must be application/x-www-form-urlencoded in UTF-8',
  );
}
