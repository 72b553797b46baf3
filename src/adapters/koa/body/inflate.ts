import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { HttpError } from '../http/http-error.ts';

const INFLATERS = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * Returns the maker of a stream that inflates a body with this Content-Encoding, or null when the body is not
 * compressed. A small compressed body can expand to gigabytes, so its reader has to count.
 * @throws HttpError `unsupported_media_type` for an unknown encoding, and for several encodings at once.
 */
export function inflaterFor(contentEncoding: string | undefined): (() => Transform) | null {
  const encoding = contentEncoding?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return null;
  const inflater = INFLATERS.get(encoding);
  if (inflater !== undefined) return inflater;
  throw new HttpError('unsupported_media_type', 'Content-Encoding must be gzip, deflate or br, or absent', {
    'Accept-Encoding': 'gzip, deflate, br',
  });
}

/** The error for bytes that are corrupt or incomplete. */
export const invalidEncoding = (cause: unknown) =>
  new HttpError('invalid_encoding', 'The body does not match its Content-Encoding', {}, { cause });
